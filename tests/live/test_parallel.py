"""A backfill's own number of runs at once, held by the run queue."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.deployments import LiveDeployment, until
from tests.integration.lakehouse import RECENT

LAUNCH = """mutation($backfill: LaunchBackfillParams!) {
    launchPartitionBackfill(backfillParams: $backfill) {
        __typename ... on LaunchBackfillSuccess { backfillId } ... on Error { message } } }"""
RUNS = """query($id: String!) { runsOrError(filter: {tags: [{key: "dagster/backfill", value: $id}]}) {
    ... on Runs { results { status startTime endTime } } } }"""
AT_ONCE, RUNS_IN_ALL = 2, 6


def launch(deployment: LiveDeployment, days: list[date]) -> str:
    """A backfill of days that don't touch each other, so that each is a run; its id."""
    ranges = [{"start": str(day), "end": str(day)} for day in days]
    target = {"assetKey": {"path": ["dlt_glucose_entries"]}, "partitions": {"ranges": ranges}}
    tags = [{"key": f"dagdeck/parallel-{AT_ONCE}", "value": "this-test"}]
    backfill = {"partitionsByAssets": [target], "tags": tags}
    launched = deployment.ask(LAUNCH, {"backfill": backfill})["launchPartitionBackfill"]
    assert launched["__typename"] == "LaunchBackfillSuccess", launched
    return str(launched["backfillId"])


def most_at_once(runs: list[dict[str, Any]]) -> int:
    """How many of the runs were in progress at the busiest moment."""
    spans = [(float(run["startTime"]), float(run["endTime"])) for run in runs]
    return max(sum(start <= begun < end for start, end in spans) for begun, _ in spans)


def test_a_backfill_with_two_parallel_runs_never_has_three(deployment: LiveDeployment) -> None:
    days = [RECENT - timedelta(days=60 + 2 * i) for i in range(RUNS_IN_ALL)]
    backfill = launch(deployment, days)

    def runs() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = deployment.ask(RUNS, {"id": backfill})["runsOrError"][
            "results"
        ]
        return found

    def ended() -> bool:
        return [run["status"] for run in runs()] == ["SUCCESS"] * RUNS_IN_ALL

    until(ended, 120, "all runs of the backfill succeeded")
    assert most_at_once(runs()) == AT_ONCE
