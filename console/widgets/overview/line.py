"""A line of the overview: what it says, in columns, and where it leads."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from console.domain.freshness.policy import FreshnessVerdict
from console.domain.freshness.urgency import by_urgency
from console.domain.status.needs import NOTHING, Tally, tally
from console.domain.status.states import State
from console.domain.text import cut
from console.store.needs import judged_cells
from console.store.runs.queue import queue_of
from console.widgets.common.styled_text import StyledLine, StyledText

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from console.domain.assets.keys import AssetKey
    from console.domain.freshness.urgency import Urgency
    from console.domain.reading import Reading
    from console.domain.runs.failure_groups import FailureGroup
    from console.domain.runs.waiting import Queue
    from console.store.deployment import Deployment
    from console.store.overview.overview import Overview

SIGN = 3
NUMBER = 8
ASKING = "asking…"
DETAIL_LINES = 4


@dataclass(frozen=True)
class Leads:
    """The targets of a line; enter opens the first that is there."""

    run: str | None = None
    backfill: str | None = None
    location: str | None = None
    screen: str | None = None
    asset: AssetKey | None = None
    partition: str | None = None
    cause: FailureGroup | None = None
    earlier: bool = False
    """To failures before those that are shown."""


@dataclass(frozen=True)
class OverviewLine:
    """`id` stays the same while what the line stands for does; empty for a heading."""

    parts: StyledLine
    id: tuple[str, ...] = ()
    leads: Leads | None = None
    detail: list[StyledLine] = field(default_factory=list)
    """The same at length, for the line under the cursor."""

    @property
    def can_be_chosen(self) -> bool:
        return self.leads is not None


@dataclass(frozen=True)
class Frame:
    """The input of lines: the store, the moment (epoch seconds UTC), the room."""

    overview: Overview
    now: float
    width: int
    ascii_only: bool

    @cached_property
    def states(self) -> Reading:
        """How far the cells of all assets have been read."""
        return self.overview.deployment.reading.all_states

    @cached_property
    def reasons(self) -> Reading:
        """How far it has been read which runs failed and why."""
        return self.overview.reasons

    def marked(self, text: str, reading: Reading) -> str:
        """The text with a sign behind it unless it is final."""
        return f"{text}{self._mark(reading)}"

    def marked_within(self, text: str, width: int, reading: Reading) -> str:
        """The same in at most `width` cells."""
        mark = self._mark(reading)
        return f"{cut(text, width - len(mark))}{mark}"

    def _mark(self, reading: Reading) -> str:
        return "~" if self.ascii_only and reading.mark else reading.mark

    @cached_property
    def causes(self) -> list[FailureGroup]:
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
            key: deployment.rows[key].count(State.FAILED)
            - count_of(State.FAILED, told.get(key, ()), deployment, key)
            for key in deployment.graph.order
            if key in deployment.rows
        }
        return {key: count for key, count in counts.items() if count > 0}

    @cached_property
    def queue(self) -> Queue:
        """What decides which queued runs start."""
        return queue_of(self.overview)

    @cached_property
    def tally(self) -> Tally:
        """What needs somebody in all assets that have been read, failed checks apart."""
        deployment = self.overview.deployment
        rows = (key for key in deployment.graph.order if key in deployment.rows)
        return sum((tally(judged_cells(deployment, key, self.now)) for key in rows), NOTHING)

    @cached_property
    def by_urgency(self) -> list[Urgency]:
        """Every asset, the most urgent first."""
        deployment = self.overview.deployment
        return by_urgency(deployment.graph, deployment.statuses, self.now)

    @cached_property
    def pressing(self) -> list[Urgency]:
        """Late, past the warning, or due within the hour."""
        urgent = (FreshnessVerdict.DEGRADED, FreshnessVerdict.WARNING)
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
        rest: Sequence[StyledText],
    ) -> StyledLine:
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


def count_of(
    state: State, cells: Iterable[str | None], deployment: Deployment, key: AssetKey
) -> int:
    """How many of an asset's cells are in this state."""
    keys, states = deployment.keys.get(key), deployment.rows[key].states
    if keys is None:
        return sum(states[:1] == bytes([state]) for _ in cells)
    places = (keys.positions.get(cell or "", -1) for cell in cells)
    return sum(at >= 0 and states[at] == state for at in places)


def _fit(text: str, width: int) -> str:
    """Exactly `width` cells, of which the last is blank."""
    shown = text if cell_len(text) < width else cut(text, width - 1)
    return set_cell_size(shown, width - 1) + " "
