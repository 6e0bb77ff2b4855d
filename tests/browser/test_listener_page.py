"""The page that shows who is selected, in a real browser."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from odevents.client.opendental import OpenDental
from odevents.client.session import Session
from odevents.listener import subscription
from odevents.listener.config import ListenerSection, ScreenSection
from odevents.simulator import DEVELOPER_KEY, Office, Simulator
from tests.support.listening import ANNA, BRADLEY, Running, listening, until

FIELDS = ScreenSection(fields={"Born": "Birthdate", "Provider": "priProvAbbr"})


@pytest.fixture
def listener() -> Iterator[Running]:
    with listening(ListenerSection(screen=FIELDS)) as running:
        yield running


def opened(browser: Browser, listener: Running, **context: Any) -> Page:
    page = browser.new_context(**{"locale": "en-US", "timezone_id": "America/Los_Angeles", **context}).new_page()
    page.goto(listener.page)
    expect(page.locator("html")).to_have_attribute("data-link", "live")
    return page


@pytest.fixture
def page(browser: Browser, listener: Running) -> Iterator[Page]:
    page = opened(browser, listener)
    yield page
    page.context.close()


def test_the_pretend_open_dental_selects_a_patient_and_the_page_shows_them(browser: Browser, listener: Running) -> None:
    office = Office("southside", patients=3, workstations=("FRONT1",))
    with Simulator([office]) as simulator:
        with Session(
            developer_key=DEVELOPER_KEY, customer_key=office.customer_key, base_urls=[simulator.base_url]
        ) as session:
            subscription.ensure(OpenDental(session).subscriptions, listener.port, "FRONT1")
        page = opened(browser, listener)
        expect(page.locator("#name")).to_have_text("Waiting for a patient")
        patient = simulator.office("southside").rows("patient")[0]
        simulator.office("southside").select_patient(patient["PatNum"], "FRONT1")
        expect(page.locator("#name")).to_have_text(f"{patient['FName']} {patient['LName'][0]}.")
        expect(page.locator("#number")).to_have_text(f"PatNum {patient['PatNum']}")
        expect(page.locator("#where")).to_have_text("FRONT1 · southside")
        page.context.close()


def test_it_shows_what_is_configured_and_nothing_more(page: Page, listener: Running) -> None:
    listener.fire({**BRADLEY, "SSN": "not-to-be-seen", "Address": "not-to-be-seen"})
    expect(page.locator("#name")).to_have_text("Bradley H.")
    expect(page.locator("#fields")).to_have_text(re.compile(r"Born\s*Nov 6, 1986\s*Provider\s*DOC1"))
    assert "not-to-be-seen" not in page.content()
    assert "Harrison" not in page.content()
    listener.fire(ANNA)  # has neither of the two fields
    expect(page.locator("#name")).to_have_text("Anna O.")
    expect(page.locator("#fields")).to_have_text("")


def test_the_title_and_address_that_browsers_write_down_never_name_a_patient(page: Page, listener: Running) -> None:
    listener.fire(BRADLEY)
    expect(page.locator("#name")).to_have_text("Bradley H.")
    assert page.title() == "Selected patient"
    assert page.url == listener.page
    kept = page.evaluate("[localStorage.length, sessionStorage.length, document.cookie.length]")
    assert kept == [0, 0, 0]


def test_markup_in_a_name_is_text(page: Page, listener: Running) -> None:
    listener.fire({**BRADLEY, "FName": "<img src=x onerror=document.title='owned'>", "priProvAbbr": "<b>x</b>"})
    expect(page.locator("#name")).to_contain_text("<img src=x")
    assert page.locator("main img, main b b").count() == 0
    assert page.title() == "Selected patient"


def test_from_post_to_shown_takes_less_than_50_milliseconds(page: Page, listener: Running) -> None:
    page.evaluate(
        """() => {
            window.shown = {};
            const number = document.getElementById("number");
            new MutationObserver(() => {
                const text = number.textContent;
                requestAnimationFrame(() => { window.shown[text] ??= Date.now(); });
            }).observe(number, { childList: true, subtree: true });
        }"""
    )
    fired = {}
    for number in range(1001, 1021):
        fired[number] = time.time() * 1000
        listener.fire({**BRADLEY, "PatNum": number})
        expect(page.locator("#number")).to_have_text(f"PatNum {number}")
    page.wait_for_function("() => Object.keys(window.shown).length >= 20")
    shown = page.evaluate("window.shown")
    taken = sorted(shown[f"PatNum {number}"] - at for number, at in fired.items())
    assert taken[len(taken) // 2] < 50, taken  # the median: the machine may be busy with something else


def test_a_b_a_ends_with_a_and_a_burst_with_its_last(page: Page, listener: Running) -> None:
    for row in (BRADLEY, ANNA, BRADLEY):
        listener.fire(row)
    expect(page.locator("#name")).to_have_text("Bradley H.")
    for number in range(100):
        listener.fire({**ANNA, "PatNum": number})
    expect(page.locator("#number")).to_have_text("PatNum 99")
    assert listener.tally.selections == 103


def test_a_page_opened_later_shows_who_is_selected_already(browser: Browser, listener: Running) -> None:
    listener.fire(BRADLEY)
    page = opened(browser, listener)
    expect(page.locator("#name")).to_have_text("Bradley H.")
    page.context.close()
    until(lambda: listener.tally.screens == 0)


def test_without_the_listener_it_says_so_and_comes_back_with_it(browser: Browser) -> None:
    with listening() as listener:
        page = opened(browser, listener)
        listener.fire(BRADLEY)
        expect(page.locator("#name")).to_have_text("Bradley H.")
        port = listener.port
    expect(page.locator("html")).to_have_attribute("data-link", "retrying")
    expect(page.get_by_role("alert")).to_have_text("Not connected. This may no longer be the patient in Open Dental.")
    assert float(page.locator("main").evaluate("e => getComputedStyle(e).opacity")) < 0.5
    with listening(port=port):
        # A listener that has just started knows of no selection, and the page must not go on showing an old one.
        expect(page.locator("html")).to_have_attribute("data-link", "live", timeout=10_000)
        expect(page.locator("#name")).to_have_text("Waiting for a patient")
    page.context.close()


def test_after_sleep_it_notices_the_silence_and_connects_again(browser: Browser, listener: Running) -> None:
    page = browser.new_page()
    page.clock.install()
    page.goto(listener.page)
    expect(page.locator("html")).to_have_attribute("data-link", "live")
    page.evaluate(
        """() => {
            window.links = [];
            new MutationObserver(() => window.links.push(document.documentElement.dataset.link))
                .observe(document.documentElement, { attributes: true });
        }"""
    )
    page.clock.fast_forward(8 * 60 * 60 * 1000)
    page.wait_for_function("() => window.links.includes('stale')")
    expect(page.locator("html")).to_have_attribute("data-link", "live")
    listener.fire(BRADLEY)
    expect(page.locator("#name")).to_have_text("Bradley H.")
    until(lambda: listener.tally.screens == 1)
    page.context.close()


def test_a_test_never_looks_like_a_patient(page: Page, listener: Running) -> None:
    listener.fire(BRADLEY)
    expect(page.get_by_role("alert")).not_to_be_visible()
    listener.fire(ANNA, odevents_test="1")
    expect(page.get_by_role("alert")).to_have_text("Test: an invented patient, not one of yours.")
    assert page.locator("body").evaluate("e => getComputedStyle(e).borderImageSource").startswith("repeating-linear")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_readable_in_both_colour_schemes(browser: Browser, listener: Running, scheme: str) -> None:
    page = opened(browser, listener, color_scheme=scheme, viewport={"width": 1280, "height": 720})
    listener.fire(BRADLEY)
    expect(page.locator("#name")).to_have_text("Bradley H.")
    assert contrast(page, "#name") >= 12
    for quiet in ("#number", "#when", "#heading", "#link", "#fields dt"):
        assert contrast(page, quiet) >= 4.5, quiet
    # Two metres: a letter of the name is at least a tenth of the height of the window.
    assert page.locator("#name").evaluate("e => parseFloat(getComputedStyle(e).fontSize)") > 140
    page.context.close()


@pytest.mark.parametrize("width", [390, 800, 1280, 3840])
def test_no_name_is_cut_off_at_any_width(browser: Browser, listener: Running, width: int) -> None:
    page = opened(browser, listener, viewport={"width": width, "height": 700})
    for first in ("Al", "Bradley", "Maximiliana-Bernadette", "W" * 60, "Nguyễn Thị Minh"):
        listener.fire({**BRADLEY, "FName": first})
        expect(page.locator("#name")).to_have_text(f"{first} H.")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.context.close()


def contrast(page: Page, selector: str) -> float:
    """WCAG contrast of an element's text with the page behind it."""
    ink, paper = page.evaluate(
        """selector => [getComputedStyle(document.querySelector(selector)).color,
                        getComputedStyle(document.documentElement).backgroundColor]""",
        selector,
    )
    lighter, darker = sorted((luminance(ink), luminance(paper)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
