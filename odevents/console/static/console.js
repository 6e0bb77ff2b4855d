// Keeps what is shown current, and always says whether it is: connecting, live, retrying, stale. Everything works without.
"use strict";

const BEAT_MS = 5000; // The server says something at least this often.
const STALE_MS = 2.5 * BEAT_MS;
const RETRY_MS = 1500;
const APART_MS = 400; // Least time between two refreshes.

const WORDS = { connecting: "Connecting…", live: "Live", retrying: "Retrying…", stale: "Stale" };

const page = document.documentElement;
const stream = document.currentScript.dataset.stream;
const part = (id) => document.getElementById(id);
let source = null;
let heardAt = Date.now();
let shownAt = new Date();
let refreshing = false;
let again = false;

function connect() {
  if (source) source.close();
  heardAt = Date.now();
  source = new EventSource(stream);
  source.addEventListener("changed", () => { hear(); refresh(); });
  source.addEventListener("beat", () => { hear(); refresh(); });
  source.addEventListener("over", () => location.reload());
  source.onerror = () => { link("retrying"); source.close(); source = null; setTimeout(connect, RETRY_MS); };
}

function hear() {
  heardAt = Date.now();
  link("live");
}

function link(state) {
  page.dataset.link = state;
  if (part("link-word").textContent !== WORDS[state]) part("link-word").textContent = WORDS[state];
  const lost = state === "retrying" || state === "stale";
  part("lost").hidden = !lost;
  if (lost) part("lost").textContent = `Not connected. What you see is as it was at ${shownAt.toLocaleTimeString()}; it may have changed.`;
}

// Asks for this very page again and takes over the parts that are marked as live.
async function refresh() {
  if (refreshing) { again = true; return; }
  refreshing = true;
  try {
    const answer = await fetch(location.href, { headers: { "Odevents-Refresh": "1" }, redirect: "error" });
    if (answer.status === 401) { location.reload(); return; }
    if (answer.ok) take(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch { /* the stream notices */ }
  setTimeout(() => { refreshing = false; if (again) { again = false; refresh(); } }, APART_MS);
}

function take(fresh) {
  shownAt = new Date();
  document.title = fresh.title;
  for (const old of document.querySelectorAll("[data-live]")) {
    const found = fresh.getElementById(old.id);
    if (!found || found.innerHTML === old.dataset.seen || busy(old)) continue;
    old.dataset.seen = found.innerHTML;
    const open = [...old.querySelectorAll("details[open][id]")].map((element) => element.id);
    const focused = old.contains(document.activeElement) ? address(document.activeElement) : null;
    old.replaceChildren(...found.childNodes);
    for (const id of open) part(id)?.setAttribute("open", "");
    if (focused) [...old.querySelectorAll("a, button, summary")].find((element) => address(element) === focused)?.focus();
    offerCopies(old);
  }
}

// Somebody is typing or choosing there.
function busy(element) {
  return element.contains(document.activeElement) && document.activeElement.matches("input, select, textarea")
    || [...element.querySelectorAll("input:not([type=hidden])")].some((input) => input.value !== input.defaultValue);
}

function address(element) {
  return `${element.tagName} ${element.getAttribute("href") ?? ""} ${element.id} ${element.textContent.trim()}`;
}

function offerCopies(root) {
  for (const button of root.querySelectorAll("button.copy")) {
    button.hidden = false;
    button.onclick = async () => {
      await navigator.clipboard.writeText(button.parentElement.querySelector("code").textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    };
  }
}

// A computer that slept wakes with a connection that looks open and is not: silence is what gives it away.
function check() {
  if (source && Date.now() - heardAt > STALE_MS) {
    link("stale");
    connect();
  }
}

offerCopies(document);
link("connecting");
connect();
setInterval(check, 1000);
addEventListener("online", check);
addEventListener("pageshow", check);
document.addEventListener("visibilitychange", check);
