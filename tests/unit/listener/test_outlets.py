"""Opening a URL, running a program, forwarding, calling handlers."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from odevents import __version__
from odevents.config import Secret
from odevents.errors import ConfigError
from odevents.events.change import Change
from odevents.events.patient_selected import PatientSelected
from odevents.listener import handlers, open_url
from odevents.listener.background import in_background
from odevents.listener.command import run_commands, variables, without
from odevents.listener.config import ForwardSection, ListenerSection, ScreenSection
from odevents.listener.forward import MOST_KEPT, Forwarder, post
from odevents.listener.run import Listener, listen
from odevents.listener.selection import Board
from odevents.listener.tally import Outlet
from odevents.office import Office
from odevents.reactions import registry
from odevents.reactions.registry import Registry, declared_handlers, on
from tests.support.listening import ANNA, BRADLEY, KEY, free_port, listening, until
from tests.unit.listener.test_selection import selection

DUMP = "import json, os, sys; json.dump(dict(os.environ), open(sys.argv[1], 'w'))"
PYTHON = sys.executable


async def eventually(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.005)


def during(task: Awaitable[None], scene: Callable[[], Awaitable[None]]) -> None:
    """Run the scene while the outlet works."""

    async def run() -> None:
        working = asyncio.ensure_future(task)
        try:
            await scene()
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)

    asyncio.run(run())


# Opening a URL


def test_fields_are_encoded_so_that_they_cannot_leave_their_place() -> None:
    template = "https://crm.example.org/p/{PatNum}?name={FName}&x={Missing}#{LName}"
    row = {"PatNum": 28, "FName": "A/../b?c=d&e#f %20", "LName": "ó {PatNum}", "Missing": None}
    assert open_url.filled(template, row) == (
        "https://crm.example.org/p/28?name=A%2F..%2Fb%3Fc%3Dd%26e%23f%20%2520&x=#%C3%B3%20%7BPatNum%7D"
    )


def test_a_quick_burst_opens_the_first_and_the_last() -> None:
    opened: list[str] = []

    def show(url: str) -> bool:
        opened.append(url)
        return True

    section = ListenerSection(open_url="https://crm.example.org/{PatNum}")
    with listening(section, show=show) as listener:
        for number in range(20):
            listener.fire({**BRADLEY, "PatNum": number})
        until(lambda: opened and opened[-1].endswith("/19"))
        assert len(opened) <= 3
        until(lambda: listener.tally.outlets["open_url"].done == len(opened))


def raises(_: str) -> bool:
    raise RuntimeError("no display")


@pytest.mark.parametrize("show", [lambda _: False, raises])
def test_a_browser_that_does_not_start_is_told_of(show: Callable[[str], bool]) -> None:
    with listening(ListenerSection(open_url="https://crm.example.org/{PatNum}"), show=show) as listener:
        listener.fire(BRADLEY)
        until(lambda: listener.tally.outlets["open_url"].last_failure == "no browser could be started")


def test_the_page_itself_is_opened_at_start_when_that_is_wanted() -> None:
    opened: list[str] = []

    def show(url: str) -> bool:
        opened.append(url)
        return True

    async def scene() -> None:
        section = ListenerSection(port=free_port(), screen=ScreenSection(open=True))
        listener = Listener(section, {"southside": KEY}, show=show)
        running = asyncio.create_task(listen(listener, lambda _: None))
        await eventually(lambda: opened)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert opened == [listener.page(section.port)]

    asyncio.run(scene())


# Running a program


def test_the_program_gets_the_fields_and_neither_key_nor_ssn(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    section = ListenerSection(
        command=(PYTHON, "-c", DUMP, str(report)), keys={"southside": Secret(env="OD_KEY_SOUTHSIDE")}
    )
    row = {
        **BRADLEY,
        "FName": "$(touch x); `id` & echo\n%PATH%",
        "SSN": "not-to-be-seen",
        "MedicaidID": "not-to-be-seen",
    }
    with listening(section, environment={"OD_KEY_SOUTHSIDE": KEY, "PATH": os.environ["PATH"]}) as listener:
        listener.fire(row)
        until(lambda: listener.tally.outlets["command"].done == 1, within=10)
    seen = json.loads(report.read_text())
    assert seen["OD_PatNum"] == "28"
    assert seen["OD_FName"] == "$(touch x); `id` & echo %PATH%"
    assert seen["OD_WORKSTATION"] == "FRONT1"
    assert seen["ODEVENTS_TEST"] == ""
    assert "PATH" in seen
    assert KEY not in seen.values()
    assert "not-to-be-seen" not in seen.values()
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_programs_run_one_at_a_time_and_the_latest_selection_wins(tmp_path: Path) -> None:
    log = tmp_path / "log"
    script = "import os, sys, time; open(sys.argv[1], 'a').write(os.environ['OD_PatNum'] + ' '); time.sleep(0.2)"
    with listening(ListenerSection(command=(PYTHON, "-c", script, str(log)))) as listener:
        listener.fire({**BRADLEY, "PatNum": 1})
        until(lambda: log.exists() and log.read_text() == "1 ", within=10)
        for number in (2, 3, 4):
            listener.fire({**BRADLEY, "PatNum": number})
        until(lambda: listener.tally.outlets["command"].done == 2, within=10)
    assert log.read_text() == "1 4 "


@pytest.mark.parametrize(
    ("command", "failure"),
    [
        (("/no/such/program",), "the program could not be started: No such file or directory"),
        ((PYTHON, "-c", "raise SystemExit(7)"), "the program ended with 7"),
        ((PYTHON, "-c", "import time; time.sleep(60)"), "the program was ended after 0.3 seconds"),
    ],
)
def test_a_program_that_fails_is_told_of_and_the_next_still_runs(command: tuple[str, ...], failure: str) -> None:
    board, outlet = Board(), Outlet()

    async def scene() -> None:
        for number in (1, 2):
            board.post(selection(number))
            await eventually(lambda number=number: outlet.failed == number)  # type: ignore[misc]

    during(run_commands(board, command, {}, outlet, longest=0.3), scene)
    assert outlet.last_failure == failure


def test_values_that_no_environment_can_hold_are_mended() -> None:
    told = variables(selection(row={"FName": "a\0b", "Note": "x" * 9000, "bad=name": "x", "Tür": "x"}))
    assert told["OD_FName"] == "a b"
    assert len(told["OD_Note"]) == 4000
    assert not [name for name in told if "=" in name or not name.isascii()]


def test_our_keys_are_taken_out_of_the_environment() -> None:
    inherited = {"A": "1", "KEY": "2", "OD_CUSTOMER_KEY": "3", "OD_FName": "left over"}
    assert without(inherited, {"KEY"}) == {"A": "1"}


# Forwarding


class Receiver:
    """A receiver that answers as told and remembers what came."""

    def __init__(self, *answers: int) -> None:
        self.answers = list(answers)
        self.came: list[tuple[Mapping[str, str], bytes]] = []

    def __call__(self, _: str, headers: Mapping[str, str], body: bytes) -> int:
        self.came.append((headers, body))
        answer = self.answers.pop(0) if self.answers else 200
        if answer == 0:
            raise ConnectionRefusedError
        return answer


def forwarder(
    receiver: Receiver,
    outlet: Outlet,
    clock: Callable[[], float] = lambda: 0.0,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Forwarder:
    return Forwarder(ForwardSection(url="https://hooks.example.org/x", keep_seconds=60), outlet, receiver, clock, pause)


def test_events_go_on_in_order_with_the_headers_and_body_they_came_with() -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"])), self.path))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    came: list[tuple[dict[str, str], bytes, str]] = []
    with server(Handler) as port:
        section = ListenerSection(forward=ForwardSection(url=f"http://127.0.0.1:{port}/od/southside/selected?x=1"))
        with listening(section) as listener:
            for row in (BRADLEY, ANNA, BRADLEY):
                listener.fire(row)
            until(lambda: listener.tally.outlets["forward"].done == 3)
    assert [json.loads(body)["PatNum"] for _, body, _ in came] == [28, 31, 28]
    headers, body, path = came[0]
    assert json.loads(body) == BRADLEY
    assert path == "/od/southside/selected?x=1"
    assert {name.title(): value for name, value in headers.items()}.items() >= {
        "Authorization": KEY,
        "Workstation": "FRONT1",
        "Event-Type": "UiEventType: PatientSelected",
        "Content-Type": "application/json",
    }.items()


class server:  # noqa: N801  reads as a sentence
    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)

    def __enter__(self) -> int:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self._server.server_address[1]

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def test_a_receiver_that_was_away_gets_everything_when_it_is_back() -> None:
    receiver, outlet, waits = Receiver(0, 503, 429), Outlet(), []

    async def pause(seconds: float) -> None:
        waits.append(seconds)

    async def scene() -> None:
        keeper = forwarder(receiver, outlet, pause=pause)
        for number in (1, 2):
            keeper.take(selection(number, {"PatNum": number}))
        assert outlet.waiting == 2
        working = asyncio.create_task(keeper.run())
        await eventually(lambda: outlet.done == 2)
        working.cancel()

    asyncio.run(scene())
    assert waits == [1, 2, 4]
    assert len(receiver.came) == 5
    assert (outlet.failed, outlet.waiting, outlet.last_failure) == (0, 0, "")


def test_what_nobody_took_for_too_long_is_dropped_and_told_of() -> None:
    now, outlet, receiver = [0.0], Outlet(), Receiver(0)

    async def scene() -> None:
        keeper = forwarder(receiver, outlet, lambda: now[0])
        keeper.take(selection(1))
        now[0] = 61.0
        keeper.take(selection(2))
        working = asyncio.create_task(keeper.run())
        await eventually(lambda: outlet.failed == 1)
        await eventually(lambda: "does not answer (ConnectionRefusedError)" in outlet.last_failure)
        working.cancel()

    asyncio.run(scene())
    assert outlet.waiting == 1


def test_an_event_the_receiver_refuses_for_good_does_not_hold_up_the_next() -> None:
    outlet, receiver = Outlet(), Receiver(401, 200)

    async def scene() -> None:
        keeper = forwarder(receiver, outlet)
        for number in (1, 2):
            keeper.take(selection(number))
        working = asyncio.create_task(keeper.run())
        await eventually(lambda: (outlet.done, outlet.failed) == (1, 1))
        working.cancel()

    asyncio.run(scene())


def test_memory_is_bounded_while_the_receiver_is_away() -> None:
    outlet = Outlet()

    async def scene() -> None:
        keeper = forwarder(Receiver(), outlet)
        for number in range(MOST_KEPT + 5):
            keeper.take(selection(number))

    asyncio.run(scene())
    assert (outlet.waiting, outlet.failed) == (MOST_KEPT, 5)


def test_a_redirect_is_not_followed_and_no_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    class Elsewhere(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with server(Elsewhere) as port:
        assert post(f"http://127.0.0.1:{port}/", {}, b"{}") == 302


def test_a_test_event_stays_on_this_machine() -> None:
    outlet = Outlet()

    async def scene() -> None:
        forwarder(Receiver(), outlet).take(selection(test=True))
        handlers.Handlers(Registry(), outlet).take(selection(test=True))

    asyncio.run(scene())
    assert outlet.waiting == 0


# Handlers


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(sys, "path", [*sys.path])
    before = len(registry._declared)
    (tmp_path / "front_desk.py").write_text(
        "from odevents import PatientSelected, on\n"
        "seen = []\n"
        "@on(PatientSelected)\n"
        "def pop(change, office):\n"
        "    seen.append((change.row.PatNum, change.row.FName, office.name, change.workstation))\n"
        "@on('Appointment')\n"
        "def elsewhere(change, office):\n"
        "    raise AssertionError\n"
    )
    yield "front_desk"
    sys.modules.pop("front_desk", None)
    del registry._declared[before:]


def test_a_handler_sees_every_selection_in_order_as_a_typed_row(module: str, tmp_path: Path) -> None:
    reactions = handlers.load_handlers([module], tmp_path)
    assert [reaction.name for reaction in reactions] == ["pop"]
    with listening(handlers=reactions) as listener:
        for row in (BRADLEY, ANNA, BRADLEY):
            listener.fire(row)
        until(lambda: listener.tally.outlets["handlers"].done == 3)
    assert sys.modules[module].seen == [
        (28, "Bradley", "southside", "FRONT1"),
        (31, "Anna", "southside", "FRONT1"),
        (28, "Bradley", "southside", "FRONT1"),
    ]


@pytest.mark.usefixtures("module")
def test_a_handler_that_raises_is_told_of_without_what_it_said() -> None:
    @on(PatientSelected)
    def fails(change: Change[PatientSelected], office: Office) -> None:
        raise ValueError(change.row.FName)

    @on(PatientSelected)
    def writes(change: Change[PatientSelected], office: Office) -> None:
        office.client.commlogs.create(PatNum=change.row.PatNum, Note="x")

    reactions = declared_handlers([__name__])[-2:]
    with listening(handlers=reactions) as listener:
        listener.fire(BRADLEY)
        until(lambda: listener.tally.outlets["handlers"].failed == 2)
        assert listener.tally.outlets["handlers"].last_failure == "writes raised ConfigError"


def test_an_office_on_a_workstation_says_why_it_does_not_write() -> None:
    with pytest.raises(ConfigError, match=r"POST commlogs: a handler on a workstation cannot call the office"):
        handlers.office_named("southside").client.commlogs.create(PatNum=28, Note="x")


def test_a_handler_module_that_cannot_be_imported_is_named() -> None:
    with pytest.raises(ConfigError, match=r"handlers: no_such_module cannot be imported \(ModuleNotFoundError\)"):
        handlers.load_handlers(["no_such_module"])


def test_work_that_hangs_does_not_hold_up_the_end() -> None:
    release = threading.Event()

    async def scene() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await in_background(release.wait)

    asyncio.run(scene())
    release.set()


def test_work_in_the_background_returns_and_raises() -> None:
    async def scene() -> None:
        assert await in_background(str, 28) == "28"
        with pytest.raises(ValueError, match="invalid literal"):
            await in_background(int, "x")

    asyncio.run(scene())


def test_the_status_knows_the_version() -> None:
    with listening() as listener:
        assert listener.tally.version == __version__
