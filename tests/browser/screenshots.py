"""The pictures of the console in the documents, taken of the running demo. ``make screenshots``."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.conftest import FLAGS
from tests.support.installation import free_port

IMAGES = Path(__file__).parent.parent.parent / "docs" / "images"
WIDTH, HEIGHT = 1240, 680
_LIVES_FOR = 75
"""Seconds the demo lives before the pictures are taken, so that there is something to see."""


_PAUSE = ["pause", "--reaction", "new-booking", "--reason", "until the front desk has agreed"]


@contextmanager
def demo() -> Iterator[str]:
    """A demo on ports of its own; the address of its page."""
    port, console = free_port(), free_port()
    command = ["demo", "--port", str(port), "--console-port", str(console), "--rate", "120"]
    process = subprocess.Popen([sys.executable, "-m", "odevents.cli.main", *command], stdout=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{console}"
        _await(address)
        time.sleep(_LIVES_FOR)
        for trouble in (["trigger", "row.unreadable", "--office", "lakewood"], _PAUSE):
            subprocess.run([sys.executable, "-m", "odevents.cli.main", *trouble], check=True, stdout=subprocess.DEVNULL)
        time.sleep(2)
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


def _await(address: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address + "/livez", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise SystemExit("the demo did not start")


def take(browser: Browser, address: str) -> None:
    """All pictures."""
    for scheme in ("light", "dark"):
        page = _page(browser, address, scheme)
        page.screenshot(path=IMAGES / f"console-overview-{scheme}.png")
        page.context.close()
    page = _page(browser, address, "light")
    page.goto(address + "/deliveries?outcome=wanted&watch=Appointment")
    page.locator("#list td.id a").first.click()
    page.screenshot(path=IMAGES / "console-delivery.png")
    page.context.close()


def _page(browser: Browser, address: str, scheme: str) -> Page:
    context = browser.new_context(
        color_scheme="dark" if scheme == "dark" else "light", viewport={"width": WIDTH, "height": HEIGHT}
    )
    page = context.new_page()
    page.goto(address)
    expect(page.locator("html")).to_have_attribute("data-link", "live")
    return page


def main() -> None:
    """Take them, or say what is missing."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("no Chromium on this machine: apt-get install chromium")
    with demo() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        take(browser, address)
        browser.close()
    for file in sorted(IMAGES.glob("console-*.png")):
        print(f"{file.name}  {file.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
