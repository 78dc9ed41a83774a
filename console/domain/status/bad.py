"""What needs somebody, asset by asset, and its text: a name, then a line for each thing wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.domain.assets.keys import shown_key
from console.domain.text import cut

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from console.domain.assets.keys import AssetKey
    from console.domain.status.states import State

CAUSE_CELLS = 200
"""Longer causes are cut in the text."""


@dataclass(frozen=True, slots=True)
class Bad:
    """The needs of one asset; `partitions` is empty for one without any."""

    key: AssetKey
    partitions: Mapping[State, tuple[int, str | None]] = field(default_factory=dict)
    """How many there are in each state, and which."""
    named: tuple[str, ...] = ()
    """The keys of all these partitions."""
    not_begun: int = 0
    not_due: int = 0
    checks: tuple[str, ...] | None = ()
    """The names of its failed checks; None where they could not be read."""
    late: bool = False
    cause: str | None = None
    """Why it failed last within the last 24 hours; None where that isn't known."""
    problem: str = ""
    """Why its partitions could not be read."""

    @property
    def needs_somebody(self) -> bool:
        return bool(self.partitions or self.checks or self.late or self.problem)


def bad_lines(one: Bad) -> list[str]:
    """Its name, then a line for each thing that is wrong with it."""
    late = "  late" if one.late else ""
    told = [
        f"  {state.word:8} {count:5}  {text or ''}".rstrip()
        for state, (count, text) in one.partitions.items()
    ]
    if one.checks:
        told.append(f"  checks   {len(one.checks):5}  {', '.join(one.checks)}")
    if one.cause:
        told.append(f"  because         {cut(one.cause, CAUSE_CELLS)}")
    if one.problem:
        told.append(f"  not read        {cut(one.problem, CAUSE_CELLS)}")
    return [f"{shown_key(one.key)}{late}", *told]


def bad_text(found: Sequence[Bad]) -> str:
    """Each asset that needs somebody, an empty line between, and the sum as the last line."""
    told = ["\n".join(bad_lines(one)) for one in found if one.needs_somebody]
    return "\n\n".join([*told, bad_sum(found)])


def bad_sum(found: Sequence[Bad]) -> str:
    """Of how many assets this was, and what was left out as needing nobody yet."""
    bad = [one for one in found if one.needs_somebody]
    size = f"{len(found)} asset{'' if len(found) == 1 else 's'}"
    states: dict[str, int] = {}
    for one in bad:
        for state, (count, _) in one.partitions.items():
            states[state.word] = states.get(state.word, 0) + count
    parts = [f"{count} {word}" for word, count in states.items()]
    told = f"{len(bad)} of {size} need somebody" if bad else f"nothing is bad in {size}"
    left_out = (
        (sum(one.not_begun for one in found), "not begun"),
        (sum(one.not_due for one in found), "not due"),
    )
    apart = [f"{count} {word}" for count, word in left_out if count]
    return " · ".join([told, *parts, *apart])
