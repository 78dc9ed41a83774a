"""A line of the overview: what it says, in columns, and where it leads."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from console.domain.freshness import Verdict
from console.domain.status import State
from console.domain.text import cut
from console.domain.urgency import by_urgency

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.domain.causes import Cause
    from console.domain.keys import AssetKey
    from console.domain.urgency import Urgency
    from console.store.overview import Overview
    from console.widgets.pane import Part

SIGN = 3
NUMBER = 8
ASKING = "asking…"
DETAIL_LINES = 4


@dataclass(frozen=True)
class Leads:
    """What can be gone to from a line; enter takes the first that is there."""

    run: str | None = None
    backfill: str | None = None
    location: str | None = None
    screen: str | None = None
    asset: AssetKey | None = None
    partition: str | None = None
    cause: Cause | None = None
    earlier: bool = False
    """To failures before those that are shown."""


@dataclass(frozen=True)
class OverviewLine:
    """`id` stays the same while what the line stands for does; empty for a heading."""

    parts: list[Part]
    id: tuple[str, ...] = ()
    leads: Leads | None = None
    detail: list[list[Part]] = field(default_factory=list)
    """The same at length, for the line under the cursor."""

    @property
    def can_be_chosen(self) -> bool:
        return self.leads is not None


@dataclass(frozen=True)
class Frame:
    """What lines are made from: the store, the moment (epoch seconds UTC), the room."""

    overview: Overview
    now: float
    width: int
    ascii_only: bool

    @cached_property
    def causes(self) -> list[Cause]:
        """Why what failed has failed."""
        return self.overview.causes

    @cached_property
    def failed_earlier(self) -> dict[AssetKey, int]:
        """How many cells of which assets are failed and belong to none of the causes."""
        deployment = self.overview.deployment
        told: dict[AssetKey, set[str | None]] = {}
        for cause in self.causes:
            for key, cells in cause.failed.items():
                told.setdefault(key, set()).update(cells)
        counts = {
            key: deployment.rows[key].count(State.FAILED) - len(told.get(key, ()))
            for key in deployment.graph.order
            if key in deployment.rows
        }
        return {key: count for key, count in counts.items() if count > 0}

    @cached_property
    def by_urgency(self) -> list[Urgency]:
        """Every asset, the most urgent first."""
        deployment = self.overview.deployment
        return by_urgency(deployment.graph, deployment.statuses, self.now)

    @cached_property
    def pressing(self) -> list[Urgency]:
        """Late, past the warning, or due within the hour."""
        urgent = (Verdict.DEGRADED, Verdict.WARNING)
        return [one for one in self.by_urgency if one.verdict in urgent or one.soon(self.now)]

    @property
    def name_width(self) -> int:
        return min(max(self.width * 3 // 8, 28), 72)

    @property
    def rest_width(self) -> int:
        return max(self.width - SIGN - self.name_width - 2 * NUMBER - 2, 8)

    def columns(
        self,
        sign: tuple[str, str],
        name: tuple[str, str],
        first: tuple[str, str],
        second: tuple[str, str],
        rest: Sequence[Part],
    ) -> list[Part]:
        """Sign, name, two numbers that align right, and what is left; each with its colour."""
        return [
            (f" {sign[0]} "[:SIGN].ljust(SIGN), sign[1]),
            (_fit(name[0], self.name_width), name[1]),
            (first[0].rjust(NUMBER), first[1]),
            (second[0].rjust(NUMBER) + "  ", second[1]),
            *rest,
        ]

    def heading(self, name: str, note: str, first: str, second: str, rest: str) -> OverviewLine:
        room = self.name_width - len(name) - 2
        return OverviewLine(
            [
                (f" {name}  ", "text"),
                (_fit(note, room + 2), "dim"),
                (first.rjust(NUMBER), "dim"),
                (second.rjust(NUMBER) + "  ", "dim"),
                (rest, "dim"),
            ]
        )

    def sentence(self, name: str, words: str, colour: str = "dim") -> OverviewLine:
        """A section that has nothing to list."""
        room = self.width - len(name) - 4
        return OverviewLine([(f" {name}  ", "text"), (cut(words, room), colour)])


def _fit(text: str, width: int) -> str:
    """Exactly `width` cells, of which the last is blank."""
    shown = text if cell_len(text) < width else cut(text, width - 1)
    return set_cell_size(shown, width - 1) + " "
