"""The operator's page in a real browser, over a whole installation in real processes."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from odevents.client.opendental import OpenDental
from odevents.simulator import Office
from tests.support.canaries import found
from tests.support.installation import Installation, free_port, installation, until

OFFICES = [
    Office("southside", patients=20, zone="America/Los_Angeles"),
    Office("riverbend", patients=10, zone="America/New_York"),
    Office("lakewood", patients=3, zone="America/Denver"),
]
DECLARED = """
[freshness]
warning = "4s"
fresh = "1s"

[[subscriptions]]
name = "appointments"
watch = "Appointment"
offices = ["lakewood"]
poll_seconds = 1

[[reactions]]
name = "pattern-changed"
on = "Appointment"
changed = ["Pattern"]
note = "Pattern changed {{ today }}"
"""
PAGES = (
    "/", "/deliveries", "/deliveries?outcome=refused", "/reactions", "/dead", "/subscriptions", "/offices", "/health",
)  # fmt: skip
LOOKS = [("light", 1280), ("dark", 1280), ("light", 390)]
BETWEEN = (600, 991, 993, 1215, 1217)
"""Widths at which the page is laid out differently, and just beside them."""
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
CANARIES = ("canary-note", "canary-procedure", "1951-02-03", "987654321")


def row(number: int, pattern: str, **values: Any) -> dict[str, Any]:
    """An appointment as Open Dental sends it, full of what nobody may see."""
    hidden = {
        "Note": "canary-note",
        "ProcDescript": "canary-procedure",
        "PatNum": 987654321,
        "AptDateTime": "1951-02-03",
    }
    stamp = f"2026-01-05 08:00:{len(pattern):02}"
    return {"AptNum": number, "Pattern": pattern, "DateTStamp": stamp, "SecDateTEntry": stamp, **hidden, **values}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Three offices, a few deliveries with changes, a row nobody can read, refused requests, and the page."""
    settings: Any = {"ODEVENTS_CONSOLE_PORT": str(free_port()), "ODEVENTS_SIMULATED": "true"}
    folder = tmp_path_factory.mktemp("console")
    with installation(
        folder, "serve", "worker", "scheduler", "console", offices=OFFICES, reactions=DECLARED, poll=True, **settings
    ) as started:
        for office in ("southside", "riverbend"):
            for pattern in ("/", "/X", "/XX/"):
                answer = started.post([row(1, pattern)], office=office, path="/apievents/Appointment")
                started.processed(answer)
        started.processed(started.post([{"Note": "no number"}], path="/apievents/Appointment"))
        started.processed(started.post([{"PatNum": 1}], path="/apievents/Patient", Workstation="FRONT1"))
        started.post([row(1, "/")], Authorization="nobody's key")
        subscribe(started, "lakewood")
        until(lambda: console_answers(started), what="the page's start")
        yield started


def subscribe(running: Installation, office: str) -> None:
    """As ``odevents subscriptions apply`` does."""
    with running.runtime.session(running.access(office)) as session:
        OpenDental(session).subscriptions.create(
            EndPointUrl=f"http://127.0.0.1:{running.port}/apievents/{office}/appointments",
            WatchTable="Appointment",
            PollingSeconds=1,
            Workstation="SRV01",
            Note="odevents/appointments",
        )


def console_answers(running: Installation) -> bool:
    """Whether the page's process takes connections."""
    import httpx

    try:
        return httpx.get(address(running) + "/readyz", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def address(running: Installation) -> str:
    """Where the page is."""
    return f"http://127.0.0.1:{running.environment['ODEVENTS_CONSOLE_PORT']}"


def opened(browser: Browser, running: Installation, path: str = "/", **context: Any) -> Page:
    """A page in a context of its own; what the browser complains about fails the test at the end."""
    page = browser.new_context(**context).new_page()
    page.on("console", _refuse_complaint)
    page.on("pageerror", lambda error: pytest.fail(f"script failed: {error}"))
    page.goto(address(running) + path)
    return page


def _refuse_complaint(message: ConsoleMessage) -> None:
    if message.type in ("error", "warning") and "net::ERR" not in message.text:
        pytest.fail(f"the browser complains: {message.text}")


def delivery_of(page: Page) -> str:
    """The path of the newest delivery on the list."""
    return str(page.locator("#list td.id a").first.get_attribute("href"))


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_every_page_is_drawn_without_a_complaint_and_without_sideways_scroll(
    browser: Browser, running: Installation, scheme: Any, width: int
) -> None:
    page = opened(browser, running, color_scheme=scheme, viewport={"width": width, "height": 800})
    page.goto(address(running) + "/deliveries")
    for path in (*PAGES, delivery_of(page)):
        answer = page.goto(address(running) + path)
        assert answer
        assert answer.status == 200, path
        expect(page.locator("html")).to_have_attribute("data-link", "live")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} scrolls sideways"
        assert re.match(r"\(\d+\) ", page.title()), "the title begins with what needs attention"
        expect(page.locator("h1")).to_have_count(1)
    page.context.close()


def test_nothing_scrolls_sideways_at_any_width(browser: Browser, running: Installation) -> None:
    page = opened(browser, running)
    for path in ("/", "/deliveries", "/reactions", "/dead", "/subscriptions", "/health"):
        page.goto(address(running) + path)
        for width in BETWEEN:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, width)
    page.context.close()


@pytest.mark.parametrize(("scheme", "rules"), [("light", RULES), ("dark", COLOURS)])
def test_every_page_is_accessible(browser: Browser, running: Installation, scheme: Any, rules: Any) -> None:
    page = opened(browser, running, "/deliveries", color_scheme=scheme, bypass_csp=True)
    for path in (*PAGES, delivery_of(page), "/bulk"):
        page.goto(address(running) + path)
        page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
        faults = Axe().run(page, options=rules).response["violations"]
        assert not faults, (path, [(fault["id"], fault["nodes"][0]["html"][:200]) for fault in faults])
    page.context.close()


def test_what_is_not_accessible_is_caught(browser: Browser, running: Installation) -> None:
    """The control: a field without a name, and grey on grey."""
    page = opened(browser, running, "/deliveries", bypass_csp=True)
    page.evaluate(
        """() => { document.querySelector('form.filters .field span').remove();
                   document.querySelector('h1').style.color = '#ccc'; }"""
    )
    faults = {fault["id"] for fault in Axe().run(page, options=RULES).response["violations"]}
    assert {"select-name", "color-contrast"} <= faults
    page.context.close()


FILTERS = [
    ("office", "southside", "Office", "southside"),
    ("watch", "Patient", "Event", "Patient"),
    ("outcome", "unreadable", "Rows", "unreadable"),
    ("mode", "live", "Mode", "live"),
    ("workstation", "FRONT1", "Workstation", "FRONT1"),
]


@pytest.mark.parametrize(("name", "value", "column", "shown"), FILTERS)
def test_every_filter_shows_only_what_matches_without_scripts(
    browser: Browser, running: Installation, name: str, value: str, column: str, shown: str
) -> None:
    page = opened(browser, running, "/deliveries", java_script_enabled=False)
    everything = page.locator("#list tbody tr").count()
    field = page.locator(f"form.filters [name={name}]").first
    field.fill(value) if name == "workstation" else field.select_option(value)
    page.get_by_role("button", name="Show").click()
    cells = page.locator(f"#list tbody td[data-label='{column}']")
    assert 0 < cells.count() <= everything
    assert all(text.strip() == shown for text in cells.all_inner_texts())
    assert f"{name}={value}" in page.url
    page.context.close()


def test_a_filter_by_time_shows_only_what_came_then_without_scripts(browser: Browser, running: Installation) -> None:
    page = opened(browser, running, "/deliveries", java_script_enabled=False)
    everything = page.locator("#list tbody tr").count()
    for field, age, shown in (("since", "1h", everything), ("until", "1h", 0)):
        page.goto(address(running) + "/deliveries")
        page.get_by_label(field.capitalize()).fill(age)
        page.get_by_role("button", name="Show").click()
        assert page.locator("#list tbody tr").count() == shown, field
        assert page.get_by_label(field.capitalize()).input_value() == age, "an age stays an age"
    told = page.context.new_page()  # where the browser may complain: it is answered 400
    answer = told.goto(address(running) + "/deliveries?since=yesterday")
    assert answer is not None
    assert answer.status == 400
    expect(told.get_by_role("alert")).to_contain_text("since is a time such as")
    page.context.close()


@pytest.mark.parametrize(
    ("name", "value"), [("office", "southside"), ("reaction", "pattern-changed"), ("state", "done")]
)
def test_every_filter_of_writes_shows_only_what_matches(
    browser: Browser, running: Installation, name: str, value: str
) -> None:
    page = opened(browser, running, "/reactions", java_script_enabled=False)
    page.locator(f"form.filters [name={name}]").first.select_option(value)
    page.get_by_role("button", name="Show").click()
    column = {"office": "Office", "reaction": "Reaction", "state": "State"}[name]
    cells = page.locator(f"#writes tbody td[data-label='{column}']").all_inner_texts()
    assert cells
    assert all(text.strip() == value for text in cells)
    page.context.close()


def test_an_appointment_is_found_and_its_number_is_not_in_the_address(browser: Browser, running: Installation) -> None:
    page = opened(browser, running, "/deliveries", java_script_enabled=False)
    page.locator("[name=column]").select_option("PatNum")
    page.locator("[name=number]").fill("987654321")
    page.get_by_role("button", name="Find").click()
    assert page.locator("#list tbody tr").count() == 6
    assert "987654321" not in page.url + page.content()
    page.locator("[name=number]").fill("987654322")
    page.get_by_role("button", name="Find").click()
    assert page.locator("#list tbody tr").count() == 0
    page.context.close()


def test_a_filter_is_replayed_as_a_whole_without_scripts(browser: Browser, running: Installation) -> None:
    """Counted first, frozen, then done in the background under the name of whoever asked."""
    page = opened(browser, running, "/deliveries?office=riverbend&watch=Appointment", java_script_enabled=False)
    page.get_by_text("Replay all that match…").click()
    page.locator("#bulk-replay [name=reason]").fill("the rules have changed")
    page.get_by_role("button", name="Count them").click()
    expect(page.locator("h1")).to_have_text("Replay 3 deliveries?")
    before = len(running.runtime.store.records.deliveries(_replays()).found)
    page.get_by_role("button", name="Replay 3 deliveries").click()
    until(lambda: _job_is_done(page), what="the end of the job")
    assert len(running.runtime.store.records.deliveries(_replays()).found) == before + 3
    page.goto(address(running) + "/health")
    expect(page.locator("#audit")).to_contain_text("the rules have changed")
    page.context.close()


def _replays() -> Any:
    from odevents.store.filters import DeliveryFilter

    return DeliveryFilter(office="riverbend")


def _job_is_done(page: Page) -> bool:
    page.goto(page.url)
    return "done" in page.locator("#job h2").inner_text() and "0 left" in page.locator("#job").inner_text()


def test_an_office_goes_from_live_to_dry_run_and_back_without_scripts(browser: Browser, running: Installation) -> None:
    """One line of the file is changed, with a reason, and the running processes take it up."""
    file = Path(running.environment["ODEVENTS_CONFIG"])
    before = file.read_text()
    page = opened(browser, running, "/offices", java_script_enabled=False)
    for mode in ("dry-run", "live"):
        page.locator("#mode-riverbend summary").click()
        page.locator("#mode-riverbend [name=reason]").fill("Kim agreed")
        page.get_by_role("button", name=f"Change riverbend to {mode}").click()
        expect(page.locator(".banner.good")).to_contain_text("The file says so now")
        until(lambda mode=mode: mode in _title_of_riverbend(page), what="the page's process taking it up")  # type: ignore[misc]
    assert file.read_text() == before
    page.goto(address(running) + "/health")
    expect(page.locator("#audit")).to_contain_text("riverbend: dry-run")
    page.context.close()


def _title_of_riverbend(page: Page) -> str:
    page.goto(page.url.partition("?")[0])
    return page.locator("#title-riverbend").inner_text()


def test_a_dead_letter_is_dropped_with_a_reason(browser: Browser, running: Installation) -> None:
    running.processed(running.post([{"Note": "again no number"}], path="/apievents/Appointment"))
    page = opened(browser, running, "/dead?of=row", java_script_enabled=False)
    letters = page.locator("#letters tbody tr")
    before = letters.count()
    page.get_by_text("Retry or drop…").first.click()
    page.locator("#letters [name=reason]").first.fill("an invented row")
    page.get_by_role("button", name="Drop", exact=True).first.click()
    expect(letters).to_have_count(before - 1)
    expect(page.locator(".banner.good")).to_contain_text("Let go for good")
    page.context.close()


def test_the_page_shows_an_event_within_a_second(browser: Browser, running: Installation) -> None:
    page = opened(browser, running, "/deliveries")
    expect(page.locator("html")).to_have_attribute("data-link", "live")
    answer = running.post([row(7, "/")], path="/apievents/Appointment")
    began = time.monotonic()
    expect(page.locator("#list")).to_contain_text(answer.text.split()[-1], timeout=5000)
    took = time.monotonic() - began
    print(f"\nshown {took:.2f} s after it was answered")
    assert took < 1.0 + 1.0  # a second, and another for a machine that does something else too
    page.context.close()


def test_no_value_of_a_row_is_on_any_page_until_an_operator_reveals_it(browser: Browser, running: Installation) -> None:
    """With its control: what is revealed shows, to whoever gave a reason, and the audit says so."""
    page = opened(browser, running, "/deliveries?office=southside&watch=Appointment&outcome=updated")
    delivery = delivery_of(page)
    places = []
    for path in (*PAGES, delivery, delivery + "/fixture.json"):
        answer = page.request.get(address(running) + path)
        assert answer.ok, path
        places.append((path, answer.body()))
    assert found(CANARIES, places) == set()

    page.goto(address(running) + delivery)
    page.get_by_text("Reveal values…").click()
    page.locator("#reveal-reason").fill("the office asked what it sent")
    page.get_by_role("button", name="Reveal").click()
    shown = page.request.get(address(running) + delivery).body()
    assert {canary for canary, _ in found(CANARIES, [("revealed", shown)])} == set(CANARIES)
    page.goto(address(running) + "/health?what=reveal")
    expect(page.locator("#audit")).to_contain_text("the office asked what it sent")
    page.goto(address(running) + delivery)
    page.get_by_role("button", name="Mask again").click()
    assert found(CANARIES, [("masked", page.request.get(address(running) + delivery).body())]) == set()
    page.context.close()


def test_what_was_revealed_leaves_the_screen_when_its_time_is_over(browser: Browser, running: Installation) -> None:
    """With scripts and without, on a page that nobody touches."""
    page = opened(browser, running, "/deliveries?office=southside&watch=Appointment&outcome=updated")
    delivery = delivery_of(page)
    page.goto(address(running) + delivery)
    page.get_by_text("Reveal values…").click()
    page.locator("#reveal-reason").fill("the office asked what it sent")
    page.get_by_role("button", name="Reveal").click()
    [key] = running.redis.keys("odevents:1:revealed:*")
    for scripts in (True, False):
        running.redis.set(key, repr(time.time() + 3), px=3000)
        context = browser.new_context(java_script_enabled=scripts)
        left_alone = context.new_page()
        left_alone.goto(address(running) + delivery)
        values = left_alone.locator("table.values", has_text="canary-note")
        expect(values).not_to_have_count(0)
        expect(values).to_have_count(0, timeout=10_000)
        expect(left_alone.locator("table.values")).not_to_have_count(0)
        context.close()
    page.context.close()


def test_lakewood_stops_polling_and_the_overview_says_so_and_why(browser: Browser, running: Installation) -> None:
    """On a page that was open all the time: first that it polls, then what is wrong, how we know, and what to do."""
    page = opened(browser, running)
    line = page.locator("#feeds tbody tr", has_text="lakewood")
    expect(line).to_contain_text(re.compile("fresh|quiet"), timeout=30_000)
    running.clinic.office("lakewood").workstations = ()
    running.clinic.office("lakewood").change("appointment", 1, Note="nobody sends this")
    first = page.locator("#attention li").first
    expect(first).to_contain_text("Appointment is stale", timeout=30_000)
    expect(first).to_contain_text("lakewood")
    expect(first).to_contain_text("SRV01")
    expect(first).to_contain_text('start "OpenDentalAPIService"')
    expect(line).to_contain_text("stale")
    page.screenshot(path=running.folder / "silent.png", full_page=True)
    page.context.close()


def test_everything_can_be_reached_by_keyboard(browser: Browser, running: Installation) -> None:
    page = opened(browser, running, "/offices")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_text("Pause effects…").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#do-pause [name=office]")).to_be_focused()
    page.context.close()


def test_after_sleep_the_page_says_that_it_is_stale_and_connects_again(browser: Browser, running: Installation) -> None:
    page = browser.new_page()
    page.clock.install()
    page.goto(address(running) + "/")
    expect(page.locator("html")).to_have_attribute("data-link", "live")
    page.evaluate(
        """() => {
            window.links = [];
            new MutationObserver(() => window.links.push(document.documentElement.dataset.link))
                .observe(document.documentElement, { attributes: true });
        }"""
    )
    page.clock.fast_forward(8 * 60 * 60 * 1000)
    expect(page.locator("html")).to_have_attribute("data-link", "live")
    assert "stale" in page.evaluate("window.links")
    page.context.close()


def test_a_page_that_is_open_says_when_the_server_goes_away_and_does_not_delay_its_end(
    browser: Browser, running: Installation
) -> None:
    page = browser.new_context().new_page()
    page.goto(address(running) + "/")
    expect(page.locator("html")).to_have_attribute("data-link", "live")
    console = running.processes["console"]
    began = time.monotonic()
    console.terminate()
    assert console.wait(timeout=10) == 0
    took = time.monotonic() - began
    expect(page.locator("html")).to_have_attribute("data-link", "retrying")
    expect(page.locator("#lost")).to_contain_text("Not connected. What you see is as it was at")
    print(f"\nended {took:.2f} s after SIGTERM, with a page open")
    assert took < 3
    running.start("console")
    expect(page.locator("html")).to_have_attribute("data-link", "live", timeout=20_000)
    expect(page.locator("#lost")).to_be_hidden()
    page.context.close()
