"""What is sent to a release is valid by that release's own schema."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest
from graphql import (
    GraphQLSchema,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from console.api.documents import all_parts, document, names
from console.api.server import Server, introduction, read_introduction
from console.domain.errors import TooOld
from tests.compat.releases import FIRST_AND_LAST, stored_schemas
from tests.compat.table import PAGE, page

if TYPE_CHECKING:
    from typing import Any

RELEASES = list(stored_schemas())
UNANSWERABLE = {"history", "pointers", "newest_keys"}
"""What the oldest releases can't be asked at all, each with another way to the same end."""


@cache
def _schema(release: str) -> GraphQLSchema:
    return build_schema(stored_schemas()[release])


@cache
def _server(release: str) -> Server:
    """As the release introduces itself."""
    question = parse(introduction().text)
    assert validate(_schema(release), question) == []
    told = execute_sync(_schema(release), question, {"version": release})
    assert told.errors is None
    data: dict[str, Any] | None = told.data
    return read_introduction(data or {}, "host:3000")


def test_every_minor_from_the_oldest_on_is_tried() -> None:
    assert set(FIRST_AND_LAST) < set(RELEASES)
    newest = max(tuple(map(int, release.split("."))) for release in RELEASES)
    assert newest > (1, 13, 11)


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("release", RELEASES)
def test_a_document_is_valid_there_as_it_is_sent_there(release: str, name: str) -> None:
    text = document(name, _server(release).lacking).text
    if text:
        assert validate(_schema(release), parse(text)) == []
    else:
        assert name in UNANSWERABLE


def test_the_newest_release_has_every_part_and_is_asked_for_all() -> None:
    server = _server(RELEASES[-1])
    assert server.lacking == frozenset()
    assert server.missing == ()
    assert all(document(name, server.lacking).text for name in names())


@pytest.mark.parametrize(
    ("release", "missing"),
    [
        ("1.13.0", []),
        ("1.12.0", ["check states by partition need Dagster 1.12.13"]),
        (
            "1.10.0",
            [
                "check states by partition need Dagster 1.12.13",
                "the daemon's freshness verdicts need Dagster 1.11.0",
                "quick staleness needs Dagster 1.10.16",
            ],
        ),
    ],
)
def test_a_field_that_a_release_lacks_is_told_in_words(release: str, missing: list[str]) -> None:
    assert list(_server(release).missing) == missing


@pytest.mark.parametrize("part", all_parts())
def test_without_any_one_part_every_document_is_still_valid(part: str) -> None:
    """A later release may drop it: then nothing else is lost."""
    for name in names():
        text = document(name, frozenset({part})).text
        if text:
            assert validate(_schema(RELEASES[-1]), parse(text)) == []


@pytest.mark.parametrize("version", ["1.8.13", "1.7.0", "0.15.9"])
def test_an_older_server_is_told_apart_in_a_sentence_with_both_versions(version: str) -> None:
    with pytest.raises(TooOld, match=rf"runs Dagster {version}, and dagdeck needs 1\.9 or later"):
        read_introduction({"version": version}, "host:3000")


@pytest.mark.parametrize("version", ["1!0+dev", "1.14.0rc1", "2.0.0", "unknown"])
def test_a_version_that_says_little_is_taken_for_a_new_one(version: str) -> None:
    assert read_introduction({"version": version}, "host:3000").version == version


def test_the_documented_table_is_what_the_schemas_say() -> None:
    assert PAGE.read_text() == page()
