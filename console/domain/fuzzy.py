"""Fuzzy search: each word of the query must be a subsequence of the text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    T = TypeVar("T")

_WORD_STARTS = "_/-. "


@dataclass(frozen=True, slots=True)
class Match:
    """A match: its rank, smaller for a better match, and the positions of the matched characters."""

    rank: tuple[int, int, int]
    """Looseness, first position, length of the text."""
    positions: tuple[int, ...]


def match(query: str, text: str) -> Match | None:
    """The match of `query` in `text`, ignoring case; None when it doesn't match."""
    lowered = text.lower()
    word_matches = [_word(word, lowered) for word in query.lower().split()]
    fitting = [word_positions for word_positions in word_matches if word_positions is not None]
    if len(fitting) < len(word_matches):
        return None
    first = fitting[0][0] if fitting else 0
    spread = sum(_looseness(word_positions, lowered) for word_positions in fitting)
    positions = tuple(
        sorted({position for word_positions in fitting for position in word_positions})
    )
    return Match((spread, first, len(text)), positions)


def best(query: str, things: Iterable[T], name: Callable[[T], str]) -> list[tuple[T, Match]]:
    """The things whose names match, best first; equal matches keep their order."""
    matches = [(thing, fits) for thing in things if (fits := match(query, name(thing)))]
    return sorted(matches, key=lambda pair: pair[1].rank) if query.strip() else matches


def _word(word: str, text: str) -> tuple[int, ...] | None:
    """The tightest positions of the word's letters: contiguous, as initials, or spread."""
    starts = [position for position in range(len(text)) if _starts_word(position, text)]
    initials = _spread(word, [(position, text[position]) for position in starts])
    every = list(enumerate(text))
    spread = (_spread(word, every[position:]) for position, letter in every if letter == word[0])
    choices = [choice for choice in (initials, *spread) if choice]
    return min(
        choices, key=lambda choice: (_looseness(choice, text), choice[-1] - choice[0]), default=None
    )


def _spread(word: str, letters: list[tuple[int, str]]) -> tuple[int, ...] | None:
    """The first positions of the word's letters among `letters`, in order."""
    positions: list[int] = []
    for position, letter in letters:
        if letter == word[len(positions)]:
            positions.append(position)
            if len(positions) == len(word):
                return tuple(positions)
    return None


def _looseness(positions: tuple[int, ...], text: str) -> int:
    """0 if contiguous at a word's start, 1 if contiguous, 2 as initials, more if spread."""
    gaps = positions[-1] - positions[0] + 1 - len(positions)
    if not gaps:
        return 0 if _starts_word(positions[0], text) else 1
    return 2 if all(_starts_word(position, text) for position in positions) else 2 + gaps


def _starts_word(position: int, text: str) -> bool:
    return position == 0 or text[position - 1] in _WORD_STARTS
