"""The health of the deployment's daemons, code locations, schedules and sensors."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Condition(Enum):
    """The condition of a part of the deployment."""

    GOOD = "good"
    NOT_YET = "not yet"
    """A daemon that has never reported, or a location that is being loaded."""
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
    """The newest error it reported, which may be a sensor's while the daemon is healthy."""

    @property
    def condition(self) -> Condition:
        """The condition; an unhealthy daemon without any heartbeat has yet to start."""
        if self.healthy is None:
            return Condition.UNKNOWN
        if self.healthy:
            return Condition.GOOD
        return Condition.NOT_YET if self.heartbeat is None else Condition.BAD


@dataclass(frozen=True, slots=True)
class Location:
    """A code location; `why` is the first line of its load error."""

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
    next_at: float | None = None
    """The time of a schedule's next tick; sensors don't have one."""

    @property
    def failed(self) -> bool:
        return self.status == "FAILURE"


@dataclass(frozen=True, slots=True)
class Health:
    """The health of the deployment at one moment; parts that the server didn't answer for are None."""

    daemons: tuple[Daemon, ...] | None = None
    ticking: tuple[Ticking, ...] | None = None
    loading: frozenset[str] = frozenset()
    """The code locations that are still loading."""

    @property
    def required(self) -> tuple[Daemon, ...]:
        return tuple(daemon for daemon in self.daemons or () if daemon.required)

    @property
    def failed_ticks(self) -> tuple[Ticking, ...]:
        return tuple(tick for tick in self.ticking or () if tick.failed)

    @property
    def last_tick(self) -> float | None:
        return max((tick.at for tick in self.ticking or () if tick.at is not None), default=None)


@dataclass(frozen=True, slots=True)
class Fault:
    """An unhealthy or not yet ready part of the deployment; `at` is epoch seconds UTC."""

    words: str
    why: str
    condition: Condition
    id: tuple[str, ...]
    at: float | None = None
    location: str | None = None


_WORST_FIRST = (Condition.BAD, Condition.UNKNOWN, Condition.NOT_YET, Condition.GOOD)


def code_locations(
    states: Mapping[str, str], errors: Mapping[str, str], loading: Iterable[str]
) -> list[Location]:
    """Every code location, sorted by name.

    `states` has `LOADED …` or `LOADING …` by name, `errors` the first line of each load error,
    `loading` the names of those about which the server knows nothing else.
    """
    starting = {*loading, *(name for name, state in states.items() if state.startswith("LOADING"))}
    locations = []
    for name in sorted({*states, *errors}):
        if name in errors:
            locations.append(Location(name, Condition.BAD, errors[name]))
        else:
            locations.append(
                Location(name, Condition.NOT_YET if name in starting else Condition.GOOD)
            )
    return locations


def faults(locations: Iterable[Location], health: Health | None) -> list[Fault]:
    """The faults, the worst first; parts that aren't ready yet come last."""
    good = Condition.GOOD
    all_faults = [
        *(_location(part) for part in locations if part.condition is not good),
        *(
            _daemon(part)
            for part in (health.required if health else ())
            if part.condition is not good
        ),
        *(_tick(part) for part in (health.failed_ticks if health else ())),
    ]
    return sorted(all_faults, key=lambda fault: _WORST_FIRST.index(fault.condition))


def _location(location: Location) -> Fault:
    bad = location.condition is Condition.BAD
    words = f"location {location.name} {'failed to load' if bad else 'is being loaded'}"
    return Fault(
        words, location.why, location.condition, ("location", location.name), location=location.name
    )


def _daemon(daemon: Daemon) -> Fault:
    words = {
        Condition.BAD: "gives no sign of life",
        Condition.NOT_YET: "is starting",
        Condition.UNKNOWN: "is not known to be well",
    }[daemon.condition]
    fault = f"daemon {daemon.name.lower().replace('_', ' ')} {words}"
    return Fault(fault, daemon.error, daemon.condition, ("daemon", daemon.name), daemon.heartbeat)


def _tick(tick: Ticking) -> Fault:
    words = f"{tick.kind} {tick.name} failed to tick"
    return Fault(words, tick.error, Condition.BAD, (tick.kind, tick.location, tick.name), tick.at)
