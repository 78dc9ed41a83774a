"""The deployment: reached, version, what is allowed, clocks, code locations, daemons, ticks."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from console.api.overview_queries import health
from console.connecting import client_of
from console.domain.errors import ApiError, Refused, Unreachable
from console.domain.health import Condition, code_locations, faults
from console.domain.times import duration
from console.exits import FAILED, OUT_OF_REACH, REFUSED
from console.headless.checkup.finding import Finding, Verdict, fault, good, note, unknown
from console.store.deployment import Deployment

if TYPE_CHECKING:
    from console.api.client import Client
    from console.domain.health import Fault, Health, Location
    from console.settings import Settings

MOST_SECONDS_APART = 5.0
"""Ages and deadlines are told by this machine's clock, so that more than this misleads."""
_VERDICTS = {
    Condition.BAD: Verdict.FAULT,
    Condition.NOT_YET: Verdict.NOTE,
    Condition.UNKNOWN: Verdict.UNKNOWN,
    Condition.GOOD: Verdict.GOOD,
}
_STEPS = {
    "location": "mend its code and reload it in the web UI; `enter` on it in the overview tells all",
    "daemon": "start `dagster-daemon run` on the server; locally `dagdeck up` does",
    "schedule": "its newest tick in the web UI has the whole error",
    "sensor": "its newest tick in the web UI has the whole error",
}


async def look_at_server(settings: Settings) -> list[Finding]:
    """What can be had; a part that can't be read leaves the others alone."""
    client = client_of(settings)
    try:
        began = time.monotonic()
        version = str((await client.ask("version")).get("version") or "unknown")
    except ApiError as error:
        return [_out_of_reach(error)]
    else:
        took = round((time.monotonic() - began) * 1000)
        reached = good("server", f"{client.place} answered in {took} ms: Dagster {version}")
        found = await _deployment(client)
        return [reached, *_lacking(client), clock(client.clock_ahead), *found]
    finally:
        await client.close()


def _out_of_reach(error: ApiError) -> Finding:
    if isinstance(error, Refused):
        return fault("server", str(error), "`dagdeck login` stores a credential", REFUSED)
    step = "`dagdeck up` starts the local deployment; --url or --profile names another"
    code = OUT_OF_REACH if isinstance(error, Unreachable) else FAILED
    return fault("server", str(error), step, code)


def _lacking(client: Client) -> list[Finding]:
    missing = client.server.missing if client.server else ()
    return [note("server", words, "a newer Dagster tells it") for words in missing]


def clock(ahead: float | None) -> Finding:
    """`ahead` is how many seconds the server's clock is before this one."""
    if ahead is None:
        return unknown("clock", "the server's answers bear no date")
    if abs(ahead) <= MOST_SECONDS_APART:
        return good("clock", f"within {MOST_SECONDS_APART:.0f} s of the server's")
    where = "behind" if ahead > 0 else "ahead of"
    return fault(
        "clock",
        f"this machine's clock is {duration(abs(ahead))} {where} the server's: ages are wrong",
        "set the clock that is wrong, as `timedatectl set-ntp true` does",
    )


async def _deployment(client: Client) -> list[Finding]:
    deployment = Deployment(client)
    try:
        await deployment.load_runs()
        await deployment.load_structure()
    except ApiError as error:
        return [fault("deployment", str(error), "ask once more; the server's log tells why")]
    try:
        found = await health(client)
    except ApiError as error:
        found = None
        unread = [unknown("health", str(error), "ask once more; the server's log tells why")]
    else:
        unread = []
    structure = deployment.structure
    errors = structure.load_errors if structure else {}
    locations = code_locations(deployment.locations, errors, found.loading if found else ())
    return [_allowed(client), *unread, *healthy(locations, found)]


def _allowed(client: Client) -> Finding:
    if not client.why_read_only:
        return good("allowed", "launch, terminate, cancel")
    return note("allowed", f"reading alone: {client.why_read_only}")


def healthy(locations: list[Location], found: Health | None) -> list[Finding]:
    """A line for what is well of each kind, then one for each fault."""
    required = found.required if found else ()
    ticking = (found.ticking or ()) if found else ()
    kinds = (
        (
            "locations",
            [one.name for one in locations if one.condition is Condition.GOOD],
            locations,
        ),
        (
            "daemons",
            [one.name.lower() for one in required if one.condition is Condition.GOOD],
            required,
        ),
        ("ticks", [one.name for one in ticking if not one.failed], ticking),
    )
    lines = [
        good(part, f"{len(well)} of {len(every)} well{': ' + ', '.join(well) if well else ''}")
        for part, well, every in kinds
        if every
    ]
    if found and found.daemons is None:
        lines.append(unknown("daemons", "the server doesn't tell"))
    return [*lines, *map(_finding, faults(locations, found))]


def _finding(one: Fault) -> Finding:
    kind = one.id[0]
    words = f"{one.words}: {one.why}" if one.why else one.words
    verdict = _VERDICTS[one.condition]
    return Finding(kind, verdict, words, _STEPS[kind] if verdict is Verdict.FAULT else "wait")
