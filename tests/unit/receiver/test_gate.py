"""Who may be connected, and who has to go when there are too many."""

from __future__ import annotations

from odevents.receiver.gate import Gate, Limits


class Caller:
    """A connection that only remembers whether it was dropped."""

    dropped = False

    def drop(self) -> None:
        """Be dropped."""
        self.dropped = True


def gate(noted: list[str], *, per_address: int = 2, waiting: int = 3) -> Gate:
    """A gate with small limits, whose proxy is 192.0.2.1."""
    return Gate(Limits(per_address=per_address, waiting=waiting), lambda address: address == "192.0.2.1", noted.append)


def test_an_address_has_so_many_connections_and_gets_them_back() -> None:
    """A proxy has as many as it likes."""
    small = gate([])

    assert [small.admit("203.0.113.1") for _ in range(3)] == [True, True, False]
    assert small.admit("203.0.113.2")
    small.leave(Caller(), "203.0.113.1")
    assert [small.admit("203.0.113.1") for _ in range(2)] == [True, False]
    assert all(small.admit("192.0.2.1") for _ in range(50))


def test_where_too_many_wait_the_one_that_waits_longest_goes() -> None:
    """One with a request in hand does not wait; one that has had its answer waits from then on."""
    noted: list[str] = []
    small, callers = gate(noted), [Caller() for _ in range(5)]
    for caller in callers[:3]:
        small.waits(caller)
    small.busy(callers[0])
    small.waits(callers[3])
    assert not any(caller.dropped for caller in callers), "the control: three wait, one is busy"

    small.waits(callers[0])
    assert [caller.dropped for caller in callers] == [False, True, False, False, False]
    small.leave(callers[2], "203.0.113.1")
    small.waits(callers[4])
    assert [caller.dropped for caller in callers] == [False, True, False, False, False]
    assert noted == ["too-many-waiting"]
