"""The hash that chains a journal's rows: the standard library only, as for all that looks at damage."""

from hashlib import sha256

#: ``hash`` of the row before the first.
GENESIS = "0" * 64


def link(before: str, seq: int, at: str, kind: str, payload: str) -> str:
    """The hash of a row: SHA-256 over the hash before it and everything it says, line by line."""
    return sha256(f"{before}\n{seq}\n{at}\n{kind}\n{payload}".encode()).hexdigest()
