"""The parts that a number, a list or a "nothing" rests on, and whether all of them have been read."""

from __future__ import annotations

from dataclasses import dataclass

MARK = "…"
"""Stands behind whatever may still change only because more is read."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Final once nothing is `waiting` and nothing is `failed`, each in a few plain nouns."""

    waiting: tuple[str, ...] = ()
    """The things that are asked for and not answered yet."""
    failed: tuple[str, ...] = ()
    """The things that were asked for and can't be had."""

    @property
    def final(self) -> bool:
        return not self.waiting and not self.failed

    @property
    def mark(self) -> str:
        """The mark shown after a value that rests on this; empty when it is final."""
        return "" if self.final else MARK

    @property
    def words(self) -> str:
        """`asking about failures, daemons; not known: checks`; empty when final."""
        asking = f"asking about {', '.join(self.waiting)}" if self.waiting else ""
        unknown = f"not known: {', '.join(self.failed)}" if self.failed else ""
        return "; ".join(filter(None, (asking, unknown)))

    def __or__(self, other: Reading) -> Reading:
        """The reading of a value that rests on both."""
        return Reading(
            tuple(dict.fromkeys((*self.waiting, *other.waiting))),
            tuple(dict.fromkeys((*self.failed, *other.failed))),
        )


FINAL = Reading()
