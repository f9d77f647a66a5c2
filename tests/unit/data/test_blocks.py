"""A file of blocks: what is written comes back, a torn tail is said and cut, another file is refused."""

from pathlib import Path

import numpy as np
import pytest

from tomking.core.errors import DataCorrupt, DataError
from tomking.data.blocks import MAGIC, Block, appending, blocks, packed, tail

pytestmark = pytest.mark.unit


def written(path: Path, *made: Block) -> None:
    file, _ = appending(path)
    with file:
        for each in made:
            file.write(packed(each))


def one(number: int) -> Block:
    return Block("quote", {"number": number}, {"bid": np.array([1.0, np.nan]), "of": ["a", "b"]})


def test_blocks_come_back_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "day"
    written(path, one(1))
    written(path, one(2), Block("empty", {"at": "now"}))
    found = list(blocks(path))
    assert [each.kind for each in found] == ["quote", "quote", "empty"]
    assert [each.words for each in found] == [{"number": 1}, {"number": 2}, {"at": "now"}]
    assert np.array_equal(found[0].columns["bid"], [1.0, np.nan], equal_nan=True)
    assert found[0].columns["of"] == ["a", "b"]
    assert found[2].columns == {}
    assert tail(path).torn == 0


@pytest.mark.parametrize("lost", [1, 7, 100])
def test_a_torn_tail_loses_the_last_block_and_is_said(tmp_path: Path, lost: int) -> None:
    path = tmp_path / "day"
    written(path, one(1), one(2))
    whole = path.read_bytes()
    path.write_bytes(whole[:-lost])
    assert [each.words["number"] for each in blocks(path)] == [1]
    assert tail(path).torn == len(packed(one(2))) - lost


def test_a_block_whose_bytes_changed_is_where_a_file_ends(tmp_path: Path) -> None:
    path = tmp_path / "day"
    written(path, one(1), one(2))
    data = bytearray(path.read_bytes())
    data[-20] ^= 1
    path.write_bytes(bytes(data))
    assert len(list(blocks(path))) == 1
    assert tail(path).torn == len(packed(one(2)))


def test_what_is_torn_is_cut_before_anything_is_added(tmp_path: Path) -> None:
    path = tmp_path / "day"
    written(path, one(1), one(2))
    path.write_bytes(path.read_bytes()[:-3])
    file, torn = appending(path)
    with file:
        file.write(packed(one(3)))
    assert torn == len(packed(one(2))) - 3
    assert [each.words["number"] for each in blocks(path)] == [1, 3]


def test_a_file_of_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "day"
    path.write_text("somebody's letter, long enough to hold a head")
    with pytest.raises(DataCorrupt, match="is no recorded day"):
        list(blocks(path))
    with pytest.raises(DataCorrupt, match="is no recorded day"):
        appending(path)
    assert path.read_text().startswith("somebody's letter")


def test_a_file_that_is_not_there_or_cannot_be_made_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="name a day that was recorded"):
        list(blocks(tmp_path / "none"))
    (tmp_path / "file").write_bytes(MAGIC)
    with pytest.raises(DataError, match="make room"):
        appending(tmp_path / "file" / "below")


@pytest.mark.parametrize("column", [[1j], [1, "a"]])
def test_a_column_no_file_can_hold_is_a_data_error(column: list[object]) -> None:
    with pytest.raises(DataError, match="a block of odd cannot be written"):
        packed(Block("odd", {}, {"x": column}))  # type: ignore[dict-item]
