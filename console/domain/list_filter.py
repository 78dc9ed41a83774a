"""The filter typed after `/`: words, `!` before excluded words, `/…/` for a regular expression."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TERM = re.compile(r"(!?)(/(?:\\.|[^/\\])+/|\S+)")


class BadFilter(ValueError):
    """A text that is no filter; the message says why."""


@dataclass(frozen=True, slots=True)
class Term:
    """One word: whether a text has it, or with `inverse` has it not."""

    pattern: re.Pattern[str]
    inverse: bool

    def keeps(self, text: str) -> bool:
        return (self.pattern.search(text) is None) is self.inverse


@dataclass(frozen=True, slots=True)
class ListFilter:
    """Keeps a text that every term keeps; without terms, every text."""

    text: str = ""
    terms: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.terms)

    def keeps(self, *texts: str) -> bool:
        """Whether what is written in `texts` is kept; a term may be in any of them."""
        whole = "\n".join(texts)
        return all(term.keeps(whole) for term in self.terms)

    def words(self, kept: int, of: int, *, all_read: bool = True) -> str:
        """The filter in a title: `/dlt 3 hidden`, or of how many where more is to be read."""
        among = "" if all_read else f" of {of:,} read"
        return f"/{self.text} {of - kept:,}{among} hidden" if self else ""


def list_filter(text: str) -> ListFilter:
    """The filter that is written `text`; a capital makes case matter. Raises BadFilter."""
    found = _TERM.findall(text)
    terms = tuple(_term(word, bool(inverse)) for inverse, word in found if word)
    return ListFilter(text.strip(), terms)


def _term(word: str, inverse: bool) -> Term:
    as_it_is = len(word) > 2 and word.startswith("/") and word.endswith("/")
    pattern = word[1:-1] if as_it_is else re.escape(word)
    letters = re.sub(r"\\.", "", pattern) if as_it_is else word
    flags = 0 if any(letter.isupper() for letter in letters) else re.IGNORECASE
    try:
        return Term(re.compile(pattern, flags), inverse)
    except re.error as error:
        raise BadFilter(f"`{pattern}` is no regular expression: {error}") from None
