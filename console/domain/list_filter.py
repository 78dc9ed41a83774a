"""The filter typed after `/`: words, `!` before excluded words, `/…/` for a regular expression."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TERM = re.compile(r"(!?)(/(?:\\.|[^/\\])+/|\S+)")


class BadFilter(ValueError):
    """Raised for a text that isn't a filter; the message says why."""


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a filter; with `inverse` it keeps the texts without the word."""

    pattern: re.Pattern[str]
    inverse: bool

    def keeps(self, text: str) -> bool:
        return (self.pattern.search(text) is None) is self.inverse


@dataclass(frozen=True, slots=True)
class ListFilter:
    """Keeps the texts that every term keeps; without terms, all texts."""

    text: str = ""
    terms: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.terms)

    def keeps(self, *texts: str) -> bool:
        """Whether an item with these texts is kept; a term may match any of them."""
        whole = "\n".join(texts)
        return all(term.keeps(whole) for term in self.terms)

    def words(self, kept: int, total: int, *, all_read: bool = True) -> str:
        """The filter in a title: `/dlt 3 hidden`, or `/dlt 3 of 20 read hidden` if more is to be read."""
        read_note = "" if all_read else f" of {total:,} read"
        return f"/{self.text} {total - kept:,}{read_note} hidden" if self else ""


def list_filter(text: str) -> ListFilter:
    """The filter that `text` denotes; a capital letter makes case matter. Raises BadFilter."""
    words = _TERM.findall(text)
    terms = tuple(_term(word, bool(inverse)) for inverse, word in words if word)
    return ListFilter(text.strip(), terms)


def _term(word: str, inverse: bool) -> Term:
    is_regex = len(word) > 2 and word.startswith("/") and word.endswith("/")
    pattern = word[1:-1] if is_regex else re.escape(word)
    letters = re.sub(r"\\.", "", pattern) if is_regex else word
    flags = 0 if any(letter.isupper() for letter in letters) else re.IGNORECASE
    try:
        return Term(re.compile(pattern, flags), inverse)
    except re.error as error:
        raise BadFilter(f"`{pattern}` is no regular expression: {error}") from None
