"""The labels over the columns of the grid: months over days, or whatever the keys allow."""

from __future__ import annotations

import re
from datetime import date

from rich.cells import cell_len

from console.domain.text import cut

_DAY = re.compile(r"^(\d{4})-(\d{2})-(\d{2})(?:[-T ](\d{2})(?::(\d{2}))?)?")
_MONTH = re.compile(r"^(\d{4})-(\d{2})$")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def column_labels(keys: list[str | None]) -> tuple[str, str]:
    """Two lines, one character for each key; a label starts above its key."""
    sparse = _is_sparse(keys)
    upper, lower = [" "] * len(keys), [" "] * len(keys)
    last_upper, free_upper, free_lower = "", 0, 0
    for column, key in enumerate(keys):
        if key is None:
            continue
        coarse, fine = _parts(key)
        if coarse and coarse != last_upper and column >= free_upper:
            free_upper = column + _write(upper, column, coarse) + 1
            last_upper = coarse
        if fine and column >= free_lower and (sparse or _wanted(key, column, len(keys))):
            free_lower = column + _write(lower, column, fine) + 1
    return "".join(upper), "".join(lower)


def _parts(key: str) -> tuple[str, str]:
    found = _DAY.match(key)
    if found is None:
        whole = _MONTH.match(key)
        if whole is not None and 1 <= int(whole[2]) <= 12:
            return whole[1], _MONTHS[int(whole[2]) - 1]
        return "", cut(key, 8)
    year, month, day, hour, minute = found.groups()
    if not 1 <= int(month) <= 12:
        return "", cut(key, 8)
    if hour is None:
        return f"{_MONTHS[int(month) - 1]} {year}", day
    return f"{_MONTHS[int(month) - 1]} {day}", f"{hour}:{minute}" if minute not in (
        None,
        "00",
    ) else hour


def _is_sparse(keys: list[str | None]) -> bool:
    """Whether a week or more lies between the days."""
    days = [key[:10] for key in keys if key is not None and _DAY.match(key)][:2]
    try:
        first, second = (date.fromisoformat(day) for day in days)
    except ValueError:
        return False
    return (second - first).days >= 7


def _wanted(key: str, column: int, count: int) -> bool:
    """Days at 1, 5, 10 …, so that the eye finds them again after a page."""
    found = _DAY.match(key)
    if found is None or found[4] is not None:
        return True
    day = int(found[3])
    return day == 1 or (day % 5 == 0 and day != 30) or (column == 0 and count < 5)


def _write(line: list[str], column: int, text: str) -> int:
    """The text, where it has room; how many columns it takes."""
    cells = [part for letter in text for part in (letter, *[""] * (cell_len(letter) - 1))]
    if len(cells) > len(line) - column:
        return 0
    line[column : column + len(cells)] = cells
    return len(cells)
