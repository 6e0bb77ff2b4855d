// Follows the listener's stream and always says whether it still does: connecting, live, retrying, stale.
"use strict";

const BEAT_MS = 5000; // The listener says something at least this often.
const STALE_MS = 2.5 * BEAT_MS;
const RETRY_MS = 1000;

const WORDS = { connecting: "Connecting", live: "Live", retrying: "Reconnecting", stale: "No answer" };
const LOST = "Not connected. This may no longer be the patient in Open Dental.";
const DEAF = "Not connected. Selections do not arrive here.";
const TEST = "Test: an invented patient, not one of yours.";

const page = document.documentElement;
const part = (id) => document.getElementById(id);
let stream = null;
let heardAt = Date.now();

function connect() {
  if (stream) stream.close();
  heardAt = Date.now();
  stream = new EventSource("stream");
  stream.addEventListener("selected", (event) => { live(); show(JSON.parse(event.data)); });
  stream.addEventListener("nothing", () => { live(); showNothing(); });
  stream.addEventListener("beat", live);
  stream.onerror = () => { link("retrying"); stream.close(); stream = null; setTimeout(connect, RETRY_MS); };
}

function live() {
  heardAt = Date.now();
  link("live");
}

function link(state) {
  page.dataset.link = state;
  part("link-word").textContent = WORDS[state];
  const lost = state === "retrying" || state === "stale";
  const { shows } = page.dataset;
  part("warning").textContent = lost ? (shows === "nothing" ? DEAF : LOST) : shows === "test" ? TEST : "";
}

function show(selection) {
  page.dataset.shows = selection.test ? "test" : "patient";
  link("live");
  write("name", selection.name);
  const number = document.createElement("b");
  number.textContent = selection.patient;
  part("number").replaceChildren("PatNum ", number);
  part("fields").replaceChildren(...selection.fields.map(field));
  part("when").textContent = `Selected ${new Date(selection.at * 1000).toLocaleTimeString()}`;
  part("where").textContent = [selection.workstation, selection.office].filter(Boolean).join(" · ");
  replay(part("patient"));
}

function showNothing() {
  page.dataset.shows = "nothing";
  link("live");
  write("name", "Waiting for a patient");
  part("number").textContent = "Select one in Open Dental and it appears here.";
  part("fields").replaceChildren();
  part("when").textContent = "";
  part("where").textContent = "";
}

function write(id, text) {
  part(id).textContent = text;
  part(id).style.setProperty("--letters", Math.max(text.length, 6));
}

function field([label, value]) {
  const group = document.createElement("div");
  const term = document.createElement("dt");
  const detail = document.createElement("dd");
  term.textContent = label;
  detail.textContent = /^\d{4}-\d{2}-\d{2}$/.test(value)
    ? new Date(`${value}T00:00`).toLocaleDateString(undefined, { dateStyle: "medium" })
    : value;
  group.append(term, detail);
  return group;
}

function replay(element) {
  element.classList.remove("arrived");
  void element.offsetWidth; // Restarts the animation.
  element.classList.add("arrived");
}

// A computer that slept wakes with a connection that looks open and is not: silence, not an error, is what gives it away.
function check() {
  if (stream && Date.now() - heardAt > STALE_MS) {
    link("stale");
    connect();
  }
}
setInterval(check, 1000);
addEventListener("online", check);
addEventListener("pageshow", check);
document.addEventListener("visibilitychange", check);

connect();
