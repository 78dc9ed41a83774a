"""What the server lets a user do is said in its own words."""

from __future__ import annotations

from typing import Any

import pytest

from console.api.permissions import forbidden, forbidden_asset, forbidden_locations

Json = dict[str, Any]


def _one(value: bool, why: str = "") -> Json:
    return {"permission": "launch_partition_backfill", "value": value, "disabledReason": why}


def _told(whole: bool, **locations: bool) -> Json:
    entries = [{"name": name, "permissions": [_one(may)]} for name, may in locations.items()]
    return {
        "permissions": [_one(whole, "Viewer")],
        "workspaceOrError": {"locationEntries": entries},
    }


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (_told(False), "the server allows no launch (Viewer)"),
        (_told(False, here=False), "the server allows no launch (Viewer)"),
        (_told(False, here=False, there=True), ""),
        (_told(True, here=False), ""),
        ({}, ""),
        ({"permissions": [{"permission": "edit_workspace", "value": False}]}, ""),
    ],
    ids=["nowhere", "no location", "one location", "all but one", "not told", "of something else"],
)
def test_nothing_may_be_launched_only_where_no_location_allows_it(told: Json, words: str) -> None:
    assert forbidden(told) == words


def test_a_location_where_nothing_may_be_launched_is_named_with_the_reason() -> None:
    entries = [
        {"name": "money", "permissions": [_one(False, "ask finance")]},
        {"name": "old", "permissions": [_one(False)]},
        {"name": "toys", "permissions": [_one(True)]},
        {"name": "silent"},
    ]
    assert forbidden_locations({"workspaceOrError": {"locationEntries": entries}}) == {
        "money": " (code location money: ask finance)",
        "old": " (code location old)",
    }


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (False, "the server doesn't let you materialize it (code location money)"),
        (True, ""),
        (None, ""),
    ],
)
def test_an_asset_is_kept_from_a_user_only_where_the_server_says_so(
    value: bool | None, words: str
) -> None:
    node = {
        "hasMaterializePermission": value,
        "repository": {"name": "r", "location": {"name": "money"}},
    }
    assert forbidden_asset(node, {"money": " (code location money)"}) == words
