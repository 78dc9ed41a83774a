"""`dagdeck status --bad`: what needs somebody, asset by asset, as ranges of partitions."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from console.domain.assets.keys import shown_key
from console.domain.errors import ApiError
from console.domain.freshness.policy import FreshnessVerdict
from console.domain.freshness.urgency import urgency
from console.domain.partitions.keys import ranges_text
from console.domain.status.needs import needy, never_asked_for
from console.domain.text import cut
from console.headless.running import say
from console.store.grid.checks import Checks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from console.domain.assets.keys import AssetKey
    from console.domain.status.states import State
    from console.store.deployment import Deployment
    from console.store.overview.overview import Overview

CAUSE_CELLS = 200
"""Longer causes are cut in the text; the object has them whole."""


@dataclass(frozen=True, slots=True)
class Bad:
    """The needs of one asset; `partitions` is None for one without any."""

    key: AssetKey
    partitions: Mapping[State, tuple[int, str | None]] = field(default_factory=dict)
    """How many there are in each state, and which."""
    not_begun: int = 0
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


async def read_bad(
    deployment: Deployment, overview: Overview, keys: Sequence[AssetKey]
) -> list[Bad]:
    """One for each of `keys`, whether it needs somebody or not. Says what could not be read."""
    checks = Checks(deployment)
    try:
        await deployment.staleness.read(keys)
    except ApiError as error:
        say(f"not all stale partitions were read: {error}")
    try:
        while checks.interval is not None:
            await checks.look()
    except ApiError as error:
        say(f"not all checks were read: {error}")
    causes = _newest_causes(overview)
    return [_bad(deployment, checks, causes, key) for key in keys]


def _bad(
    deployment: Deployment, checks: Checks, causes: Mapping[AssetKey, str], key: AssetKey
) -> Bad:
    if key not in deployment.rows:
        return Bad(key, problem=deployment.unreadable[key], checks=None)
    row, keys = deployment.rows[key], deployment.keys.get(key)
    fresh = urgency(deployment.graph, deployment.statuses, key, time.time()).freshness
    late = fresh.verdict is FreshnessVerdict.DEGRADED
    judged = fresh.verdict is not FreshnessVerdict.NOT_APPLICABLE
    by_time = bool(keys and keys.times and not keys.sides)
    found = needy(row, by_time=by_time, may_wait=judged and not late)
    named = {
        state: (len(places), ranges_text(places, keys.keys) if keys else None)
        for state, places in found.items()
    }
    return Bad(
        key,
        named,
        never_asked_for(row) if by_time else 0,
        _failed_checks(checks, key),
        late,
        causes.get(key),
    )


def _failed_checks(checks: Checks, key: AssetKey) -> tuple[str, ...] | None:
    if checks.is_unread(key):
        return None
    failing = checks.failed.get(key)
    if failing is None:
        return ()
    by_partition = (name for names in failing.partitions.values() for name in names)
    return tuple(dict.fromkeys((*failing.whole, *by_partition)))


def _newest_causes(overview: Overview) -> dict[AssetKey, str]:
    """Why each asset failed last, of what failed in the last 24 hours and isn't mended."""
    by_age = sorted(overview.causes, key=lambda cause: cause.last)
    return {key: cause.words for cause in by_age if cause.known for key in cause.failed}


def print_bad(found: Sequence[Bad], *, as_object: bool) -> None:
    if as_object:
        print(json.dumps({"assets": [_as_json(one) for one in found if one.needs_somebody]}))
        return
    print(*(line for one in found if one.needs_somebody for line in _lines(one)), sep="\n", end="")
    print(_sum(found))


def _as_json(one: Bad) -> dict[str, Any]:
    return {
        "key": list(one.key),
        "late": one.late,
        "bad": {
            state.word: {"count": count, "partitions": text}
            for state, (count, text) in one.partitions.items()
        },
        "failed_checks": None if one.checks is None else list(one.checks),
        "not_begun": one.not_begun,
        "cause": one.cause,
        "problem": one.problem or None,
    }


def _lines(one: Bad) -> list[str]:
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
    return [f"{shown_key(one.key)}{late}", *told, ""]


def _sum(found: Sequence[Bad]) -> str:
    """The last line: of how many assets this was, and what was left out as not begun."""
    bad = [one for one in found if one.needs_somebody]
    waiting = sum(one.not_begun for one in found)
    size = f"{len(found)} asset{'' if len(found) == 1 else 's'}"
    states: dict[str, int] = {}
    for one in bad:
        for state, (count, _) in one.partitions.items():
            states[state.word] = states.get(state.word, 0) + count
    parts = [f"{count} {word}" for word, count in states.items()]
    told = f"{len(bad)} of {size} need somebody" if bad else f"nothing is bad in {size}"
    apart = [f"{waiting} not begun"] if waiting else []
    return " · ".join([told, *parts, *apart])
