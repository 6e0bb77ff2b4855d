"""The three jobs there are; their dotted paths are a contract with jobs already in Redis."""

from workers.process import carry, drain


def drain_inbox(office: str) -> None:
    """Look at the inbox lane of this office."""
    drain(office)


def drain_writes(office: str) -> None:
    """Look at the write lane of this office, for what rules have planned."""
    carry(office, "writes")


def drain_handlers(office: str) -> None:
    """Look at the write lane of this office, for handlers to run."""
    carry(office, "handlers")
