"""The map of the repository names what is there, and names every room."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parents[2]
TEXT = (HERE / "docs/architecture.md").read_text()
FILES = [
    one.relative_to(HERE)
    for room in ("console", "pipelines", "dbt", "docs", "tests")
    for one in [HERE / room, *(HERE / room).rglob("*")]
    if "__pycache__" not in one.parts
] + [one.relative_to(HERE) for one in HERE.iterdir()]
PATH = re.compile(r"[\w./-]+/|[\w./-]*[\w-]\.(?:py|toml|md|graphql|tcss|sql)")


def _named(text: str) -> set[str]:
    """Whatever in backquotes is a path; a part in <> stands for any name."""
    return {quoted for quoted in re.findall(r"`([^`]+)`", text) if PATH.fullmatch(_plain(quoted))}


def _plain(path: str) -> str:
    return re.sub(r"<\w+>", "any", path).replace("*", "any")


def _exists(path: str) -> bool:
    """A path may leave out the folders that its line of the page names before."""
    pattern = re.sub(r"<\w+>", "*", path).strip("/")
    return any(one.match(pattern) for one in FILES)


@pytest.mark.parametrize("path", sorted(_named(TEXT)))
def test_a_path_that_the_architecture_names_exists(path: str) -> None:
    assert _exists(path)


def test_a_path_that_is_not_there_is_noticed() -> None:
    assert "console/nowhere.py" in _named("as `console/nowhere.py` does")
    assert not _exists("console/nowhere.py")


@pytest.mark.parametrize(
    "program", ["console", "console/domain", "console/widgets", "pipelines", "tests"]
)
def test_every_room_is_named(program: str) -> None:
    rooms = [one.name for one in (HERE / program).iterdir() if (one / "__init__.py").exists()]
    assert [room for room in rooms if not re.search(rf"`(?:[\w/]*/)?{room}(?:/|`|\b)", TEXT)] == []
