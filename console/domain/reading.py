"""Tracks which sources of a value have not been read, so that incomplete values are marked."""

from __future__ import annotations

from dataclasses import dataclass

MARK = "…"
"""Marks a value that may change when more is read."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The unread sources of a value, as plain nouns; final if there are none."""

    waiting: tuple[str, ...] = ()
    """The sources asked for but not answered yet."""
    failed: tuple[str, ...] = ()
    """The sources that could not be read."""

    @property
    def final(self) -> bool:
        return not self.waiting and not self.failed

    @property
    def mark(self) -> str:
        """The mark shown after a value; empty when the value is final."""
        return "" if self.final else MARK

    @property
    def words(self) -> str:
        """`asking about failures, daemons; not known: checks`; empty when final."""
        asking = f"asking about {', '.join(self.waiting)}" if self.waiting else ""
        unknown = f"not known: {', '.join(self.failed)}" if self.failed else ""
        return "; ".join(filter(None, (asking, unknown)))

    def __or__(self, other: Reading) -> Reading:
        """The reading of a value that depends on both."""
        return Reading(
            tuple(dict.fromkeys((*self.waiting, *other.waiting))),
            tuple(dict.fromkeys((*self.failed, *other.failed))),
        )


FINAL = Reading()
