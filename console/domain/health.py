"""What keeps the deployment going: daemons, code locations, schedules and sensors."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Condition(Enum):
    """How a part of the deployment is."""

    GOOD = "good"
    NOT_YET = "not yet"
    """Starting: a daemon that has never reported, a location that is being loaded."""
    BAD = "bad"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Daemon:
    """One of Dagster's daemons; `heartbeat` is epoch seconds UTC."""

    name: str
    required: bool = True
    healthy: bool | None = None
    heartbeat: float | None = None
    error: str = ""
    """The newest error it reported. It may be healthy all the same: the error of a sensor."""

    @property
    def condition(self) -> Condition:
        """Unhealthy without any heartbeat is "not yet", for minutes after a start."""
        if self.healthy is None:
            return Condition.UNKNOWN
        if self.healthy:
            return Condition.GOOD
        return Condition.NOT_YET if self.heartbeat is None else Condition.BAD


@dataclass(frozen=True, slots=True)
class Location:
    """A code location, and the first line of why it failed to load."""

    name: str
    condition: Condition
    why: str = ""


@dataclass(frozen=True, slots=True)
class Ticking:
    """A schedule or sensor that is switched on, and its newest tick (epoch seconds UTC)."""

    name: str
    kind: str
    location: str = ""
    at: float | None = None
    status: str = ""
    error: str = ""

    @property
    def failed(self) -> bool:
        return self.status == "FAILURE"


@dataclass(frozen=True, slots=True)
class Health:
    """As the server told it at one moment; None is what it did not tell."""

    daemons: tuple[Daemon, ...] | None = None
    ticking: tuple[Ticking, ...] | None = None
    loading: frozenset[str] = frozenset()
    """Code locations that have neither been loaded nor failed yet."""

    @property
    def required(self) -> tuple[Daemon, ...]:
        return tuple(daemon for daemon in self.daemons or () if daemon.required)

    @property
    def failed_ticks(self) -> tuple[Ticking, ...]:
        return tuple(one for one in self.ticking or () if one.failed)

    @property
    def last_tick(self) -> float | None:
        return max((one.at for one in self.ticking or () if one.at is not None), default=None)
