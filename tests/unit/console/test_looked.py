from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.store.overview.last_seen import LastSeen, LastSeenRecord

if TYPE_CHECKING:
    from pathlib import Path


def test_a_look_is_kept_for_each_deployment_on_its_own(tmp_path: Path) -> None:
    path = tmp_path / "new" / "looked.json"
    LastSeenRecord(path, "http://a/graphql").write(LastSeen(1.0, 2.0))
    LastSeenRecord(path, "http://b/graphql").write(LastSeen(3.0, 4.0))
    assert LastSeenRecord(path, "http://a/graphql").read() == LastSeen(1.0, 2.0)
    assert LastSeenRecord(path, "http://b/graphql").read() == LastSeen(3.0, 4.0)
    assert LastSeenRecord(path, "http://c/graphql").read() is None


def test_an_older_look_does_not_undo_a_newer_one(tmp_path: Path) -> None:
    looked = LastSeenRecord(tmp_path / "looked.json", "a")
    looked.write(LastSeen(5.0, 5.0))
    looked.write(LastSeen(6.0, 4.0))
    assert looked.read() == LastSeen(5.0, 5.0)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 7}', '{"a": {"at": "x", "until": 1}}'])
def test_a_file_that_makes_no_sense_is_as_none(text: str, tmp_path: Path) -> None:
    path = tmp_path / "looked.json"
    path.write_text(text)
    looked = LastSeenRecord(path, "a")
    assert looked.read() is None
    looked.write(LastSeen(1.0, 1.0))
    assert looked.read() == LastSeen(1.0, 1.0)


def test_a_folder_that_cannot_be_written_is_no_matter(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    LastSeenRecord(tmp_path / "file" / "looked.json", "a").write(LastSeen(1.0, 1.0))
