"""What keeps the deployment going: daemons, code locations, schedules and sensors."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


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


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it should be, or not yet; `at` is epoch seconds UTC."""

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
    """Every code location, by name.

    `states` has `LOADED …` or `LOADING …` by name, `errors` the first line of why one failed;
    of `loading` the server has told nothing but the name.
    """
    starting = {*loading, *(name for name, state in states.items() if state.startswith("LOADING"))}
    found = []
    for name in sorted({*states, *errors}):
        if name in errors:
            found.append(Location(name, Condition.BAD, errors[name]))
        else:
            found.append(Location(name, Condition.NOT_YET if name in starting else Condition.GOOD))
    return found


def faults(locations: Iterable[Location], health: Health | None) -> list[Fault]:
    """What is wrong, the worst first; then what is only not there yet."""
    good = Condition.GOOD
    found = [
        *(_location(one) for one in locations if one.condition is not good),
        *(_daemon(one) for one in (health.required if health else ()) if one.condition is not good),
        *(_tick(one) for one in (health.failed_ticks if health else ())),
    ]
    return sorted(found, key=lambda fault: _WORST_FIRST.index(fault.condition))


def _location(one: Location) -> Fault:
    bad = one.condition is Condition.BAD
    words = f"location {one.name} {'failed to load' if bad else 'is being loaded'}"
    return Fault(words, one.why, one.condition, ("location", one.name), location=one.name)


def _daemon(one: Daemon) -> Fault:
    words = {
        Condition.BAD: "gives no sign of life",
        Condition.NOT_YET: "is starting",
        Condition.UNKNOWN: "is not known to be well",
    }[one.condition]
    fault = f"daemon {one.name.lower().replace('_', ' ')} {words}"
    return Fault(fault, one.error, one.condition, ("daemon", one.name), one.heartbeat)


def _tick(one: Ticking) -> Fault:
    words = f"{one.kind} {one.name} failed to tick"
    return Fault(words, one.error, Condition.BAD, (one.kind, one.location, one.name), one.at)
