"""Fields that a source sends and no column takes: the record keeps them, and a check names them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable

LONGEST = 40


def shown(text: str) -> str:
    """A source's own word as a check shows it: printable, with at most 40 characters."""
    printable = text if text.isprintable() else ascii(text)[1:-1]
    return printable if len(printable) <= LONGEST else f"{printable[: LONGEST - 1]}…"


def strange_fields(
    records: Iterable[str | None], takes: Callable[[str, object], bool]
) -> list[str]:
    """A line such as `mills (whole number): 3 times` for each field of the records, given as JSON.

    `takes` tells whether a column takes a field of that name with that value.
    """
    counted = Counter(
        f"{shown(name)} ({_type(value)})"
        for text in records
        for name, value in json.loads(text or "{}").items()
        if not takes(name, value)
    )
    return [f"{field}: {count} times" for field, count in counted.items()]


def _type(value: object) -> str:
    if value is None:
        return "null"
    names = {bool: "truth value", str: "text", int: "whole number", float: "fraction"}
    return names.get(type(value), "list" if isinstance(value, list) else "object")
