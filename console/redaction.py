"""Removes secrets from every text that leaves the console."""

from __future__ import annotations

import json
from urllib.parse import quote

SHOWN = "********"
LEAST = 4
"""The least length of a secret; shorter values would remove letters from words."""

_hidden: dict[str, None] = {}


def hide(value: str) -> None:
    """Makes `redacted` remove this value from now on, in plain, URL and JSON form."""
    if len(value) < LEAST:
        return
    for form in (value, quote(value, safe=""), json.dumps(value)[1:-1]):
        _hidden[form] = None


def redacted(text: str) -> str:
    """The text without hidden values; longer ones are removed first, as one may contain another."""
    for value in sorted(_hidden, key=len, reverse=True):
        text = text.replace(value, SHOWN)
    return text


def is_hidden(text: str) -> bool:
    """Whether the text contains a hidden value."""
    return any(value in text for value in _hidden)
