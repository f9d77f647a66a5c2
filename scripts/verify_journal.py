"""Check the hash chain of a journal with nothing but Python's standard library.

    python verify_journal.py JOURNAL

Prints one line and exits 0 when every fact is in its place and says what it said when it was written,
1 when not. It shares no code with tomking on purpose: whoever doubts the program can read this page.

A row's hash is SHA-256 over five lines: the hash before it (64 zeros for the first), its number, its
instant, its kind and its payload, joined by newlines. The hash printed for the last fact stands for the
whole file: kept elsewhere, it also shows whether the newest facts were cut off.
"""

import hashlib
import pathlib
import sqlite3
import sys

COLUMNS = "seq, at, kind, payload, prev_hash, hash"


def check(path: pathlib.Path) -> str:
    """The verdict on a file; ``ValueError`` at the first fact that does not hold."""
    address = f"{path.resolve().as_uri()}?mode=ro"
    connection = sqlite3.connect(address, uri=True)
    try:
        before, count = "0" * 64, 0
        for seq, at, kind, payload, previous, hashed in connection.execute(
            f"SELECT {COLUMNS} FROM journal ORDER BY seq"
        ):
            count += 1
            text = "\n".join((before, str(seq), at, kind, payload))
            if seq != count:
                raise ValueError(f"fact {count} is missing")
            if previous != before:
                raise ValueError(f"fact {seq} does not follow the one before it")
            if hashed != hashlib.sha256(text.encode()).hexdigest():
                raise ValueError(f"fact {seq} was changed after it was written")
            before = hashed
    finally:
        connection.close()
    return f"{path}: {count} facts hold, the last with hash {before}"


def main() -> int:
    """Exit code 0 for a sound file, 1 for any other, 2 for a wrong call."""
    if len(sys.argv) != 2:
        print("usage: python verify_journal.py JOURNAL", file=sys.stderr)
        return 2
    try:
        print(check(pathlib.Path(sys.argv[1])))
    except (ValueError, sqlite3.Error) as fault:
        print(f"{sys.argv[1]}: {fault}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
