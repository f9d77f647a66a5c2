"""A file of columns that only grows: blocks one after another, each whole by its checksum.

A block is a few words in JSON and a table in Arrow's stream format, compressed. A block is given to the
system in one write, so a process that dies leaves whole blocks; a machine that dies may leave a torn
tail, which is found by its length or its checksum, said, and cut off before anything is added.
"""

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path
from struct import Struct
from typing import IO, Any

import numpy as np

from tomking.core.errors import DataCorrupt, DataError
from tomking.core.value import value

#: What a file begins with, and each block: its length and its checksum.
MAGIC = b"tomking chain 1\n"
HEAD = Struct("<II")
WORDS, COMPRESSION = b"words", "zstd"
Columns = Mapping[str, Any]


@value
class Block:
    """A kind, a few words, and columns of one length: arrays, or lists of text."""

    kind: str
    words: Mapping[str, Any]
    columns: Columns = field(default_factory=dict[str, Any])


@value
class Tail:
    """Where whole blocks end, and how many bytes after them are torn."""

    end: int
    torn: int


def packed(block: Block) -> bytes:
    """A block as it stands in a file.

    Raises
    ------
    DataError
        If a column of it is none that a file can hold.
    """
    import pyarrow as pa  # a seventh of a second, for those who record alone

    try:
        table = pa.table({name: pa.array(column) for name, column in block.columns.items()})
        words = json.dumps({"kind": block.kind, **block.words}, separators=(",", ":")).encode()
        sink = pa.BufferOutputStream()
        options = pa.ipc.IpcWriteOptions(compression=COMPRESSION)
        marked = table.replace_schema_metadata({WORDS: words})
        with pa.ipc.new_stream(sink, marked.schema, options=options) as out:
            out.write_table(marked)
        body: bytes = sink.getvalue().to_pybytes()
    except (pa.ArrowException, TypeError) as fault:
        raise DataError(f"a block of {block.kind} cannot be written: {fault}") from fault
    return HEAD.pack(len(body), zlib.crc32(body)) + body


def unpacked(body: bytes) -> Block:
    """The block in the bytes of one."""
    import pyarrow as pa

    with pa.ipc.open_stream(body) as stream:
        table = stream.read_all()
    words: dict[str, Any] = json.loads(table.schema.metadata[WORDS])
    columns = {name: _column(table.column(name)) for name in table.column_names}
    return Block(str(words.pop("kind")), words, columns)


def _column(column: Any) -> Any:
    """Figures as an array, text as a list."""
    import pyarrow as pa

    return column.to_pylist() if pa.types.is_string(column.type) else np.asarray(column)


def appending(path: Path) -> tuple[IO[bytes], int]:
    """A file to add blocks to, made if it is not there, and the bytes of a torn tail that were cut.

    Raises
    ------
    DataCorrupt
        If it is a file of something else.
    DataError
        If it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_bytes(MAGIC)
        found = tail(path)
        file = path.open("ab")
        file.truncate(found.end)
    except OSError as fault:
        raise DataError(f"{path} cannot be written ({fault.strerror}): make room for it") from fault
    return file, found.torn


def tail(path: Path) -> Tail:
    """Where the whole blocks of a file end."""
    data = _read(path)
    end = max((end for _, end in _bodies(data)), default=len(MAGIC))
    return Tail(end, len(data) - end)


def blocks(path: Path) -> Iterator[Block]:
    """The whole blocks of a file, in order.

    Raises
    ------
    DataCorrupt
        If it is a file of something else.
    """
    return (unpacked(body) for body, _ in _bodies(_read(path)))


def _read(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise DataError(
            f"{path} cannot be read ({fault.strerror}): name a day that was recorded"
        ) from fault
    if not data.startswith(MAGIC):
        raise DataCorrupt(f"{path} is no recorded day: it does not begin as one")
    return data


def _bodies(data: bytes) -> Iterator[tuple[bytes, int]]:
    """The bytes of each whole block, and where it ends."""
    at = len(MAGIC)
    while at + HEAD.size <= len(data):
        length, checksum = HEAD.unpack_from(data, at)
        body = data[at + HEAD.size : at + HEAD.size + length]
        if len(body) < length or zlib.crc32(body) != checksum:
            return
        at += HEAD.size + length
        yield body, at
