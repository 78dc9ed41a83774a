"""Groups failed runs by cause.

Two errors have one cause when their headlines are alike without ids, numbers, dates, hex,
paths and the run's partition.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING

from console.domain.runs.recovery import recovery_of
from console.domain.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from console.domain.assets.keys import AssetKey
    from console.domain.runs.recovery import Cells, Recovery, RecoveryFacts
    from console.domain.runs.run import Run

VARIES = "…"
LONGEST = 400
"""Characters of a headline that are compared."""
MOST_COMPARED = 20
"""Texts of one group that are compared word by word."""
NO_REASON = "no reason given"

_QUERY = re.compile(r"\?[^\s\"'<>)\]}]+")
_UUID = re.compile(r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b")
_PATH = re.compile(r"(?<![\w:/.…])(?:~|[A-Za-z]:)?(?:[/\\][\w.@+~=%-]+){2,}[/\\]?")
_WORD = re.compile(r"[A-Za-z0-9]+")
_HEX = re.compile(r"(?:0x)?[0-9a-fA-F]+")
_DIGITS = re.compile(r"\d+")
_JOINED = re.compile(r"-?…(?:(?:, ?|[-+:./T ]|)…)*(?:Z\b)?")


def template(text: str, partitions: Iterable[str] = ()) -> str:
    """`text` in one line, with `…` for each part that varies between failures of one cause."""
    line = one_line(text)[:LONGEST]
    for key in sorted(filter(None, partitions), key=len, reverse=True):
        line = line.replace(key, VARIES)
    for pattern in (_QUERY, _UUID, _PATH):
        line = pattern.sub(VARIES, line)
    return _JOINED.sub(VARIES, _WORD.sub(_without_digits, line))


def _without_digits(word: re.Match[str]) -> str:
    """Replaces a whole id (seven or more hex digits, or several groups of digits), else digits only."""
    text = word[0]
    stretches = len(_DIGITS.findall(text))
    if not stretches:
        return text
    if len(text) >= 7 and _HEX.fullmatch(text):
        return VARIES
    if len(text) >= 6 and stretches > 1:
        return VARIES
    return _DIGITS.sub(VARIES, text)


def in_common(texts: Iterable[str]) -> str:
    """The words that all of `texts` share, in order, with `…` for the words between."""
    first, *others = [text.split() for text in texts]
    for other in others:
        first = _shared(first, other)
    return " ".join(first)


def _shared(words_of_first: list[str], words_of_second: list[str]) -> list[str]:
    words: list[str] = []
    end = (0, 0)
    for start, other_start, size in SequenceMatcher(
        None, words_of_first, words_of_second, autojunk=False
    ).get_matching_blocks():
        if (start, other_start) != end and words[-1:] != [VARIES]:
            words.append(VARIES)
        words += words_of_first[start : start + size]
        end = start + size, other_start + size
    return words


@dataclass(frozen=True)
class FailureGroup:
    """Failed runs that have one cause, and how far they are mended."""

    words: str
    """The words that the headlines share, with `…` for the rest."""
    runs: tuple[Run, ...]
    """Newest first."""
    known: bool
    """Whether the error has been read yet."""
    recovery: Recovery

    @property
    def failed(self) -> Cells:
        """The cells that were not materialized since."""
        return self.recovery.failed

    @property
    def judged(self) -> bool:
        """Whether the state of every target of the runs is known."""
        return self.recovery.judged

    @property
    def last(self) -> float:
        """The time when the newest run failed, in epoch seconds UTC."""
        return _ended(self.runs[0])

    @property
    def mended(self) -> bool:
        return self.recovery.mended

    @property
    def cells(self) -> int:
        return sum(len(cells) for cells in self.failed.values())

    @property
    def retried(self) -> int:
        """The number of cells, plus runs without assets, that are queued or running again."""
        cells = sum(len(cells) for cells in self.recovery.retried.values())
        return cells + len(self.recovery.retried_runs)

    @property
    def open(self) -> bool:
        """Whether a failure is not retried, or not known to be mended."""
        still_failed = self.failed or self.recovery.failed_runs
        return bool(still_failed) or not (self.mended or self.retried)

    @property
    def state_words(self) -> str:
        """`mended`, `3 cells failed, 2 being retried`, `2 runs failed`."""
        if self.mended:
            return "mended"
        counts = (
            (self.cells, f"cell{'s' * (self.cells != 1)} failed"),
            (
                len(self.recovery.failed_runs),
                f"run{'s' * (len(self.recovery.failed_runs) != 1)} failed",
            ),
            (self.retried, "being retried"),
        )
        parts = [f"{count} {words}" for count, words in counts if count]
        if not self.judged:
            parts.append("some cells not known" if parts else "cells not known")
        return ", ".join(parts)

    @property
    def assets(self) -> tuple[AssetKey, ...]:
        """The assets of the runs, still failed ones first."""
        named = (key for run in self.runs for key in run.assets)
        return tuple(dict.fromkeys((*self.failed, *self.recovery.retried, *named)))


def causes(
    runs: Iterable[Run], errors: Mapping[str, str | None], facts: RecoveryFacts
) -> list[FailureGroup]:
    """The failed runs grouped by cause: open groups first, then retried, then mended ones.

    `errors` has the headline by run id. A run without an entry has not been asked about;
    None means that its log gives no reason.
    """
    groups: dict[tuple[bool, str], list[Run]] = {}
    for run in sorted(runs, key=_ended, reverse=True):
        headline = errors.get(run.id) or ""
        has_error = run.id in errors
        groups.setdefault((has_error, _template(headline, run.partition_range)), []).append(run)
    failure_groups = [
        _cause(has_error, members, errors, facts) for (has_error, _), members in groups.items()
    ]
    return sorted(failure_groups, key=lambda cause: (not cause.open, cause.mended, -cause.last))


@lru_cache(maxsize=20_000)
def _template(text: str, partitions: tuple[str, str] | None) -> str:
    """`template`, cached, since all failures are grouped again at each change."""
    return template(text, partitions or ())


def _cause(
    has_error: bool, runs: Sequence[Run], errors: Mapping[str, str | None], facts: RecoveryFacts
) -> FailureGroup:
    texts = dict.fromkeys(one_line(errors.get(run.id) or "") for run in runs)
    words = in_common(list(texts)[:MOST_COMPARED])
    return FailureGroup(words or NO_REASON, tuple(runs), has_error, recovery_of(runs, facts))


def _ended(run: Run) -> float:
    return run.ended or run.updated or run.created
