"""Asks about asset checks: the failed ones, and earlier verdicts of those that did not run since."""

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
"""The number of checks that `check_histories.graphql` asks about."""


async def checked(client: Client) -> list[AssetKey]:
    """The assets that have any check."""
    data = await client.ask("checked")
    return [key_of(node) for node in items(data.get("assetNodes")) if node.get("hasAssetChecks")]


async def check_verdicts(client: Client, keys: Sequence[AssetKey]) -> dict[AssetKey, CheckVerdicts]:
    """The failed checks of each asset, and those without a verdict. Raises ApiError."""
    data = await client.ask("checks", {"keys": [key_input(key) for key in keys]})
    return {
        key_of(node): _verdicts(items(sub(node, "assetChecksOrError").get("checks")))
        for node in items(data.get("assetNodes"))
    }


def _verdicts(checks: Sequence[Json]) -> CheckVerdicts:
    failed = (failed_check for check in checks if (failed_check := _failed(check)) is not None)
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
    """The last verdict of each check, however old; checks that never ran are left out.

    Checks that the server can't answer for are left out too. Raises ApiError if it can't be
    reached.
    """
    verdicts: dict[tuple[AssetKey, str], EarlierVerdict] = {}
    for start in range(0, len(checks), HISTORIES_AT_ONCE):
        verdicts |= await _ask_earlier(client, checks[start : start + HISTORIES_AT_ONCE])
    return verdicts


async def _ask_earlier(
    client: Client, checks: Sequence[tuple[AssetKey, str]]
) -> dict[tuple[AssetKey, str], EarlierVerdict]:
    """The earlier verdicts; a question that the server can't answer is halved, down to one check."""
    try:
        data = await client.ask("check_histories", _history_variables(checks))
    except (ServerError, BadAnswer):
        if len(checks) == 1:
            return {}
        half = len(checks) // 2
        return await _ask_earlier(client, checks[:half]) | await _ask_earlier(client, checks[half:])
    return {
        check: EarlierVerdict(_EARLIER[status], seconds(execution.get("timestamp")))
        for index, check in enumerate(checks)
        for execution in items(data.get(f"c{index}"))[:1]
        if (status := str(execution.get("status"))) in _EARLIER
    }


def _history_variables(checks: Sequence[tuple[AssetKey, str]]) -> Json:
    """The document's variables; those beyond the number of checks are marked unused."""
    variables: Json = {}
    for index in range(HISTORIES_AT_ONCE):
        key, name = checks[min(index, len(checks) - 1)]
        variables |= {
            f"k{index}": key_input(key),
            f"n{index}": name,
            f"u{index}": index < len(checks),
        }
    return variables


def read_check(value: Json) -> AssetCheck:
    """Reads a check from the answer to `asset_detail.graphql`."""
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
            for secondary_span in _spans(sub(item, "secondaryDim")):
                yield Span(
                    start, end, secondary_span.state, (secondary_span.start, secondary_span.end)
                )
        elif item.get("status") in _FAILED:
            yield Span(str(item.get("startKey")), str(item.get("endKey")), State.FAILED)
    for name in ("failedPartitions", "executionFailedPartitions"):
        for key in strings(form.get(name)):
            yield Span(key, key, State.FAILED)
