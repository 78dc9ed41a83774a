from __future__ import annotations

from pathlib import Path

import pytest

from console.store.looked import Look, Looked


def test_a_look_is_kept_for_each_deployment_on_its_own(tmp_path: Path) -> None:
    path = tmp_path / "new" / "looked.json"
    Looked(path, "http://a/graphql").write(Look(1.0, 2.0))
    Looked(path, "http://b/graphql").write(Look(3.0, 4.0))
    assert Looked(path, "http://a/graphql").read() == Look(1.0, 2.0)
    assert Looked(path, "http://b/graphql").read() == Look(3.0, 4.0)
    assert Looked(path, "http://c/graphql").read() is None


def test_an_older_look_does_not_undo_a_newer_one(tmp_path: Path) -> None:
    looked = Looked(tmp_path / "looked.json", "a")
    looked.write(Look(5.0, 5.0))
    looked.write(Look(6.0, 4.0))
    assert looked.read() == Look(5.0, 5.0)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 7}', '{"a": {"at": "x", "until": 1}}'])
def test_a_file_that_makes_no_sense_is_as_none(text: str, tmp_path: Path) -> None:
    path = tmp_path / "looked.json"
    path.write_text(text)
    looked = Looked(path, "a")
    assert looked.read() is None
    looked.write(Look(1.0, 1.0))
    assert looked.read() == Look(1.0, 1.0)


def test_a_folder_that_cannot_be_written_is_no_matter(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    Looked(tmp_path / "file" / "looked.json", "a").write(Look(1.0, 1.0))
