"""Runs, their steps, and backfills."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from console.domain.text import visible

if TYPE_CHECKING:
    from console.domain.assets.keys import AssetKey

PARTITION_TAG = "dagster/partition"
RANGE_START_TAG = "dagster/asset_partition_range_start"
RANGE_END_TAG = "dagster/asset_partition_range_end"
BACKFILL_TAG = "dagster/backfill"
BY_TAG = "dagdeck/by"
"""The operating system's name of the user who launched it."""
REASON_TAG = "dagdeck/reason"
PARALLEL_TAG = "dagdeck/parallel-{}"
"""The run queue limits this tag to that many runs for each value, so each backfill has its own."""
MOST_PARALLEL = 8
"""The most parallel runs of one backfill; the deployment's queue has a rule for each number."""
CODE_LOCATION_TAG = "dagster/code_location"

RunTarget = tuple[str, str, "tuple[str, str] | None"]
"""Job, code location, first and last partition key; runs with equal targets may be retries."""


class RunStatus(Enum):
    QUEUED = "QUEUED"
    NOT_STARTED = "NOT_STARTED"
    MANAGED = "MANAGED"
    STARTING = "STARTING"
    STARTED = "STARTED"
    SUSPENDED = "SUSPENDED"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    CANCELING = "CANCELING"
    CANCELED = "CANCELED"
    UNKNOWN = "UNKNOWN"

    @classmethod
    def read(cls, text: str | None) -> RunStatus:
        """A status this console doesn't know is UNKNOWN, not an error."""
        return cls.__members__.get(str(text), cls.UNKNOWN)

    @property
    def word(self) -> str:
        return _WORDS.get(self, self.value.lower().replace("_", " "))

    @property
    def waiting(self) -> bool:
        return self in (RunStatus.QUEUED, RunStatus.NOT_STARTED)

    @property
    def ended(self) -> bool:
        return self in (RunStatus.SUCCESS, RunStatus.FAILURE, RunStatus.CANCELED)

    @property
    def succeeded(self) -> bool:
        return self is RunStatus.SUCCESS

    @property
    def active(self) -> bool:
        return not self.ended and not self.waiting and self is not RunStatus.UNKNOWN


_WORDS = {RunStatus.SUCCESS: "success", RunStatus.FAILURE: "failed", RunStatus.STARTED: "running"}


@dataclass(frozen=True, slots=True)
class Run:
    """One run; times are epoch seconds UTC."""

    id: str
    status: RunStatus
    job: str = ""
    created: float = 0.0
    started: float | None = None
    ended: float | None = None
    updated: float | None = None
    assets: tuple[AssetKey, ...] = ()
    asset_count: int = 0
    tags: dict[str, str] = field(default_factory=dict, hash=False)
    can_terminate: bool = False
    planned: bool = False
    """Whether `assets` were read from its steps, as it has no asset selection."""

    @property
    def assets_known(self) -> bool:
        """Whether `assets` are complete; without an asset selection they have to be asked for."""
        return bool(self.assets) or self.planned

    @property
    def target(self) -> RunTarget:
        return self.job, self.tags.get(CODE_LOCATION_TAG, ""), self.partition_range

    @property
    def short_id(self) -> str:
        return self.id[:8]

    @property
    def seconds(self) -> float | None:
        """The seconds from start to end; None while it runs and if it never started."""
        if self.started is None or self.ended is None or self.never_started:
            return None
        return self.ended - self.started

    @property
    def never_started(self) -> bool:
        """Whether it was cancelled in the queue; such a run has `startTime == endTime`."""
        return self.status is RunStatus.CANCELED and self.started == self.ended

    @property
    def backfill(self) -> str | None:
        return self.tags.get(BACKFILL_TAG)

    @property
    def partition_range(self) -> tuple[str, str] | None:
        """The first and last partition key; both are the same for a single partition."""
        single = self.tags.get(PARTITION_TAG)
        if single is not None:
            return single, single
        start, end = self.tags.get(RANGE_START_TAG), self.tags.get(RANGE_END_TAG)
        return (start, end) if start is not None and end is not None else None

    @property
    def partition_text(self) -> str:
        span = self.partition_range
        if span is None:
            return ""
        first, last = visible(span[0]), visible(span[1])
        return first if first == last else f"{first}…{last}"


class StepStatus(Enum):
    IN_PROGRESS = "IN_PROGRESS"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    SKIPPED = "SKIPPED"
    WAITING = "WAITING"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run; times are epoch seconds UTC."""

    key: str
    status: StepStatus
    started: float | None = None
    ended: float | None = None
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Backfill:
    """A backfill; `counts` are an asset's partitions (targeted, running, done, failed)."""

    id: str
    status: str
    title: str = ""
    created: float = 0.0
    ended: float | None = None
    assets: tuple[AssetKey, ...] = ()
    counts: dict[AssetKey, tuple[int, int, int, int]] = field(default_factory=dict, hash=False)
    error: str | None = None
    user: str = ""
    """The user according to a hosted server; empty where the server knows none."""
    tags: dict[str, str] = field(default_factory=dict, hash=False)

    @property
    def by(self) -> str:
        """The user who launched it; empty if unknown."""
        return self.user or self.tags.get(BY_TAG, "")

    @property
    def reason(self) -> str:
        """The reason given by whoever launched it; empty if none was given."""
        return self.tags.get(REASON_TAG, "")

    @property
    def word(self) -> str:
        """The status in lower case: `requested`, `completed success`."""
        return self.status.lower().replace("_", " ")

    @property
    def finished(self) -> bool:
        return self.status in (
            "COMPLETED",
            "COMPLETED_SUCCESS",
            "COMPLETED_FAILED",
            "FAILED",
            "CANCELED",
        )

    @property
    def succeeded(self) -> bool:
        return self.status in ("COMPLETED", "COMPLETED_SUCCESS") and not self.failed

    @property
    def targeted(self) -> int:
        return sum(counts[0] for counts in self.counts.values())

    @property
    def running(self) -> int:
        return sum(counts[1] for counts in self.counts.values())

    @property
    def done(self) -> int:
        return sum(counts[2] for counts in self.counts.values())

    @property
    def failed(self) -> int:
        return sum(counts[3] for counts in self.counts.values())
