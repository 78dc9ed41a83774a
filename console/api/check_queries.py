"""Questions about asset checks: what failed, and how those that did not run since ended before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.api.queries import key_input
from console.api.reading import Json, items, key_of, seconds, strings, sub
from console.domain.checks import AssetCheck, CheckVerdicts, EarlierVerdict, FailedCheck
from console.domain.errors import BadAnswer, ServerError
from console.domain.status.spans import Span
from console.domain.status.states import State

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from console.api.client import Client
    from console.domain.assets.keys import AssetKey

_FAILED = ("FAILED", "EXECUTION_FAILED")
_WORDS = {
    "SUCCEEDED": "passed",
    "FAILED": "failed",
    "EXECUTION_FAILED": "could not run",
    "IN_PROGRESS": "running",
    "SKIPPED": "skipped",
}
_EARLIER = {"SUCCEEDED": "passed", "FAILED": "failed", "EXECUTION_FAILED": "failed"}
HISTORIES_AT_ONCE = 10
"""The places for a check in `check_histories.graphql`."""


async def checked(client: Client) -> list[AssetKey]:
    """The assets that have any check."""
    data = await client.ask("checked")
    return [key_of(node) for node in items(data.get("assetNodes")) if node.get("hasAssetChecks")]


async def check_verdicts(client: Client, keys: Sequence[AssetKey]) -> dict[AssetKey, CheckVerdicts]:
    """The checks of each asset that failed, and those without a verdict. Raises ApiError."""
    data = await client.ask("checks", {"keys": [key_input(key) for key in keys]})
    return {
        key_of(node): _verdicts(items(sub(node, "assetChecksOrError").get("checks")))
        for node in items(data.get("assetNodes"))
    }


def _verdicts(checks: Sequence[Json]) -> CheckVerdicts:
    failed = (found for check in checks if (found := _failed(check)) is not None)
    not_run = (str(check.get("name")) for check in checks if _is_without_verdict(check))
    return CheckVerdicts(tuple(failed), tuple(not_run))


def _is_without_verdict(check: Json) -> bool:
    """Whether it did not run since the newest materialization, for any partition."""
    execution = sub(check, "executionForLatestMaterialization")
    return str(execution.get("status")) not in _WORDS and not list(
        _spans(sub(check, "partitionStatuses"))
    )


async def earlier_verdicts(
    client: Client, checks: Sequence[tuple[AssetKey, str]]
) -> dict[tuple[AssetKey, str], EarlierVerdict]:
    """How each of the checks last ended, whenever that was; what never ran is left out.

    What the server can't answer is left out too. Raises ApiError where it can't be reached.
    """
    found: dict[tuple[AssetKey, str], EarlierVerdict] = {}
    for start in range(0, len(checks), HISTORIES_AT_ONCE):
        found |= await _ask_earlier(client, checks[start : start + HISTORIES_AT_ONCE])
    return found


async def _ask_earlier(
    client: Client, checks: Sequence[tuple[AssetKey, str]]
) -> dict[tuple[AssetKey, str], EarlierVerdict]:
    """A question that the server can't answer is halved, down to one check."""
    try:
        data = await client.ask("check_histories", _places(checks))
    except (ServerError, BadAnswer):
        if len(checks) == 1:
            return {}
        half = len(checks) // 2
        return await _ask_earlier(client, checks[:half]) | await _ask_earlier(client, checks[half:])
    return {
        check: EarlierVerdict(_EARLIER[status], seconds(execution.get("timestamp")))
        for place, check in enumerate(checks)
        for execution in items(data.get(f"c{place}"))[:1]
        if (status := str(execution.get("status"))) in _EARLIER
    }


def _places(checks: Sequence[tuple[AssetKey, str]]) -> Json:
    """The variables of the document; places beyond the checks are not asked."""
    variables: Json = {}
    for place in range(HISTORIES_AT_ONCE):
        key, name = checks[min(place, len(checks) - 1)]
        variables |= {
            f"k{place}": key_input(key),
            f"n{place}": name,
            f"u{place}": place < len(checks),
        }
    return variables


def read_check(value: Json) -> AssetCheck:
    """A check as `asset_detail.graphql` asks for it."""
    execution = sub(value, "executionForLatestMaterialization")
    return AssetCheck(
        name=str(value.get("name")),
        verdict=_WORDS.get(str(execution.get("status")), "not run"),
        severity=str(sub(execution, "evaluation").get("severity") or ""),
        blocking=bool(value.get("blocking")),
        description=str(value.get("description") or ""),
        at=seconds(execution.get("timestamp")),
    )


def _failed(check: Json) -> FailedCheck | None:
    name = str(check.get("name"))
    form = sub(check, "partitionStatuses")
    if form:
        spans = tuple(_spans(form))
        return FailedCheck(name, spans) if spans else None
    execution = sub(check, "executionForLatestMaterialization")
    if execution.get("status") not in _FAILED:
        return None
    key = execution.get("partition")
    return FailedCheck(name, (Span(key, key, State.FAILED),) if isinstance(key, str) else ())


def _spans(form: Json) -> Iterator[Span]:
    for item in items(form.get("ranges")):
        if "secondaryDim" in item:
            start, end = str(item.get("primaryDimStartKey")), str(item.get("primaryDimEndKey"))
            for one in _spans(sub(item, "secondaryDim")):
                yield Span(start, end, one.state, (one.start, one.end))
        elif item.get("status") in _FAILED:
            yield Span(str(item.get("startKey")), str(item.get("endKey")), State.FAILED)
    for name in ("failedPartitions", "executionFailedPartitions"):
        for key in strings(form.get(name)):
            yield Span(key, key, State.FAILED)
