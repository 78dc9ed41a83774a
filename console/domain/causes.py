"""Failures that have one cause, found by what stays the same in their words.

Two errors have one cause when their headlines are alike once ids, numbers, dates, hex and
paths are taken out, and the partition that the run was for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from console.domain.status import State
from console.domain.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from console.domain.keys import AssetKey
    from console.domain.partitions import PartitionKeys
    from console.domain.runs import Run
    from console.domain.status import Row

VARIES = "…"
LONGEST = 400
"""Characters of a headline that are compared."""
MOST_COMPARED = 20
"""Texts of one cause that are compared word by word."""
NO_REASON = "no reason given"

_QUERY = re.compile(r"\?[^\s\"'<>)\]}]+")
_UUID = re.compile(r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b")
_PATH = re.compile(r"(?<![\w:/.…])(?:~|[A-Za-z]:)?(?:[/\\][\w.@+~=%-]+){2,}[/\\]?")
_WORD = re.compile(r"[A-Za-z0-9]+")
_HEX = re.compile(r"(?:0x)?[0-9a-fA-F]+")
_DIGITS = re.compile(r"\d+")
_JOINED = re.compile(r"-?…(?:(?:, ?|[-+:./T ]|)…)*(?:Z\b)?")


def template(text: str, partitions: Iterable[str] = ()) -> str:
    """`text` in one line with `…` for whatever varies between failures of one cause."""
    line = one_line(text)[:LONGEST]
    for key in sorted(filter(None, partitions), key=len, reverse=True):
        line = line.replace(key, VARIES)
    for pattern in (_QUERY, _UUID, _PATH):
        line = pattern.sub(VARIES, line)
    return _JOINED.sub(VARIES, _WORD.sub(_without_digits, line))


def _without_digits(word: re.Match[str]) -> str:
    """An id goes whole: hex of seven or more, or digits among letters more than once."""
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
    """The words that all of `texts` have, in their order, with `…` for what lies between."""
    first, *others = [text.split() for text in texts]
    for other in others:
        first = _shared(first, other)
    return " ".join(first)


def _shared(one: list[str], other: list[str]) -> list[str]:
    words: list[str] = []
    ended = (0, 0)
    for at, there, size in SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks():
        if (at, there) != ended and words[-1:] != [VARIES]:
            words.append(VARIES)
        words += one[at : at + size]
        ended = at + size, there + size
    return words


@dataclass(frozen=True)
class Cause:
    """Failed runs that have one cause, and what of them is still failed."""

    words: str
    """What the headlines have in common, `…` for the rest."""
    runs: tuple[Run, ...]
    """Newest first."""
    known: bool
    """Whether the error has been read yet."""
    failed: Mapping[AssetKey, tuple[str | None, ...]]
    """The cells that are failed now; None stands for an asset without partitions."""
    judged: bool
    """Whether the state of every cell that the runs were for is known."""

    @property
    def last(self) -> float:
        """When the newest of them failed, epoch seconds UTC."""
        return _ended(self.runs[0])

    @property
    def mended(self) -> bool:
        """No cell of these runs is failed any more."""
        return self.judged and not self.failed

    @property
    def cells(self) -> int:
        return sum(len(cells) for cells in self.failed.values())

    @property
    def assets(self) -> tuple[AssetKey, ...]:
        """What the runs were for; what is still failed comes first."""
        named = (key for run in self.runs for key in run.assets)
        return tuple(dict.fromkeys((*self.failed, *named)))


def causes(
    runs: Iterable[Run],
    errors: Mapping[str, str | None],
    keys: Mapping[AssetKey, PartitionKeys | None],
    rows: Mapping[AssetKey, Row],
) -> list[Cause]:
    """The causes of these failed runs: those that still hold first, then the newest first.

    `errors` has the headline by run id; a run that isn't there has not been asked about,
    and None says that its log gives no reason.
    """
    groups: dict[tuple[bool, str], list[Run]] = {}
    for run in sorted(runs, key=_ended, reverse=True):
        headline = errors.get(run.id) or ""
        known = run.id in errors
        groups.setdefault((known, template(headline, run.partition_range or ())), []).append(run)
    found = [_cause(known, members, errors, keys, rows) for (known, _), members in groups.items()]
    return sorted(found, key=lambda cause: (cause.mended, -cause.last))


def _cause(
    known: bool,
    runs: Sequence[Run],
    errors: Mapping[str, str | None],
    keys: Mapping[AssetKey, PartitionKeys | None],
    rows: Mapping[AssetKey, Row],
) -> Cause:
    texts = dict.fromkeys(one_line(errors.get(run.id) or "") for run in runs)
    words = in_common(list(texts)[:MOST_COMPARED])
    failed, judged = _failed_now(runs, keys, rows)
    return Cause(words or NO_REASON, tuple(runs), known, failed, judged)


def _failed_now(
    runs: Sequence[Run],
    keys: Mapping[AssetKey, PartitionKeys | None],
    rows: Mapping[AssetKey, Row],
) -> tuple[dict[AssetKey, tuple[str | None, ...]], bool]:
    """The failed cells among those the runs were for, in the order of the keys."""
    wanted = {(asset, _cells_of(run, keys.get(asset))) for run in runs for asset in run.assets}
    judged = all(run.assets for run in runs)
    places: dict[AssetKey, set[int]] = {}
    for asset, cells in wanted:
        row = rows.get(asset)
        if row is None or cells is None:
            judged = False
            continue
        judged &= row.states.find(State.UNKNOWN, cells.start, cells.stop) < 0
        if there := _places_of(State.FAILED, row.states, cells):
            places.setdefault(asset, set()).update(there)
    in_order = dict.fromkeys(asset for run in runs for asset in run.assets if asset in places)
    return {asset: _named(sorted(places[asset]), keys.get(asset)) for asset in in_order}, judged


def _places_of(state: State, states: bytes, within: range) -> list[int]:
    """Looked for as bytes: many runs of many assets over thousands of partitions are usual."""
    found, at = [], within.start - 1
    while (at := states.find(state, at + 1, within.stop)) >= 0:
        found.append(at)
    return found


def _cells_of(run: Run, keys: PartitionKeys | None) -> range | None:
    """The positions of the cells that a run was for; None when its tags don't tell."""
    if keys is None:
        return range(1)
    span = run.partition_range
    if span is None:
        return None
    first, last = keys.positions.get(span[0]), keys.positions.get(span[1])
    return None if first is None or last is None else range(first, last + 1)


def _named(places: Sequence[int], keys: PartitionKeys | None) -> tuple[str | None, ...]:
    return tuple(None if keys is None else keys.keys[at] for at in places)


def _ended(run: Run) -> float:
    return run.ended or run.updated or run.created
