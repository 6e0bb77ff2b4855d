"""The two jobs there are; their dotted paths are a contract with jobs already in Redis."""

from workers.process import drain


def drain_inbox(office: str) -> None:
    """Look at the inbox lane of this office."""
    drain(office, "inbox")


def drain_writes(office: str) -> None:
    """Look at the write lane of this office."""
    drain(office, "writes")
