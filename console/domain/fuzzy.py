"""Finding by a few letters: each word typed must be a subsequence of what is found."""

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
    """How well a text fits, the smaller the better, and which of its characters did."""

    rank: tuple[int, int, int]
    """Looseness, where it begins, length of the text."""
    positions: tuple[int, ...]


def match(query: str, text: str) -> Match | None:
    """How `query` fits `text`, without regard to case; None when it doesn't."""
    lowered = text.lower()
    found = [_word(word, lowered) for word in query.lower().split()]
    fitting = [one for one in found if one is not None]
    if len(fitting) < len(found):
        return None
    first = fitting[0][0] if fitting else 0
    spread = sum(_looseness(one, lowered) for one in fitting)
    positions = tuple(sorted({at for one in fitting for at in one}))
    return Match((spread, first, len(text)), positions)


def best(query: str, things: Iterable[T], name: Callable[[T], str]) -> list[tuple[T, Match]]:
    """The things whose names fit, best first; those that fit alike stay in their order."""
    found = [(thing, fits) for thing in things if (fits := match(query, name(thing)))]
    return sorted(found, key=lambda pair: pair[1].rank) if query.strip() else found


def _word(word: str, text: str) -> tuple[int, ...] | None:
    """Where the word's letters are, the tightest way: in one piece, as initials, or spread."""
    starts = [at for at in range(len(text)) if _starts_word(at, text)]
    initials = _spread(word, [(at, text[at]) for at in starts])
    every = list(enumerate(text))
    spread = (_spread(word, every[at:]) for at, letter in every if letter == word[0])
    found = [one for one in (initials, *spread) if one]
    return min(found, key=lambda one: (_looseness(one, text), one[-1] - one[0]), default=None)


def _spread(word: str, letters: list[tuple[int, str]]) -> tuple[int, ...] | None:
    """The first places of the word's letters among `letters`, in order."""
    positions: list[int] = []
    for at, letter in letters:
        if letter == word[len(positions)]:
            positions.append(at)
            if len(positions) == len(word):
                return tuple(positions)
    return None


def _looseness(positions: tuple[int, ...], text: str) -> int:
    """0 in one piece at a word's start, 1 in one piece, 2 as initials, more when spread."""
    gaps = positions[-1] - positions[0] + 1 - len(positions)
    if not gaps:
        return 0 if _starts_word(positions[0], text) else 1
    return 2 if all(_starts_word(at, text) for at in positions) else 2 + gaps


def _starts_word(at: int, text: str) -> bool:
    return at == 0 or text[at - 1] in _WORD_STARTS
