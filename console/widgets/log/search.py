"""A literal search through the entries of a log or the lines of a text."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Search:
    """A literal search; a capital in it makes case matter."""

    needle: str
    found: list[int] = field(default_factory=list)
    """Positions among the shown entries, ascending."""
    seen: int = 0

    @property
    def folded(self) -> bool:
        return self.needle == self.needle.lower()

    def starts(self, text: str) -> Iterator[int]:
        """Where in `text` the needle stands."""
        hay = text.lower() if self.folded else text
        at = hay.find(self.needle)
        while at >= 0:
            yield at
            at = hay.find(self.needle, at + len(self.needle))

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where in `text` the needle stands, as (first character, one past the last)."""
        return [(at, at + len(self.needle)) for at in self.starts(text)]

    def hits(self, text: str) -> bool:
        return self.needle in (text.lower() if self.folded else text)

    def from_here(self, position: int) -> int:
        """The first entry found from this position on, around the end; IndexError for none."""
        return self.found[bisect_left(self.found, position) % len(self.found)]

    def beside(self, position: int, direction: int) -> int:
        """The entry found after (1) or before (-1) it, around the end; IndexError for none."""
        after, before = bisect_right(self.found, position), bisect_left(self.found, position) - 1
        return self.found[(after if direction > 0 else before) % len(self.found)]

    def number(self, position: int) -> int:
        """Which of those found stands at this position, from 1; 0 for none of them."""
        at = bisect_left(self.found, position)
        return at + 1 if self.found[at : at + 1] == [position] else 0
