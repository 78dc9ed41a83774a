"""Values that must not be read by anyone: taken out of every text that leaves the console."""

from __future__ import annotations

import json
from urllib.parse import quote

SHOWN = "********"
LEAST = 4
"""Shorter ones would take letters out of words, and are no secrets."""

_hidden: dict[str, None] = {}


def hide(value: str) -> None:
    """Make `redacted` take out this value, plain and as files write it, from now on."""
    if len(value) < LEAST:
        return
    for form in (value, quote(value, safe=""), json.dumps(value)[1:-1]):
        _hidden[form] = None


def redacted(text: str) -> str:
    """The text without any value that was hidden; longer ones first, since one may hold another."""
    for value in sorted(_hidden, key=len, reverse=True):
        text = text.replace(value, SHOWN)
    return text


def is_hidden(text: str) -> bool:
    """Whether the text holds a hidden value."""
    return any(value in text for value in _hidden)
