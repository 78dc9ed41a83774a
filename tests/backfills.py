"""Backfills that tests and benchmarks start on a live deployment, over GraphQL as the console does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.deployments import LiveDeployment, until

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

READINGS: tuple[str, ...] = (
    "dlt_glucose_entries",
    "stg_glucose_entries",
    "stg_glucose_entries_rejected",
    "fct_glucose_readings",
    "fct_glucose_duplicates",
    "dim_date",
    "fct_daily_glucose_metrics",
    "mrt_glucose_readings",
)
EVENTS: tuple[str, ...] = (
    "dlt_github_user_events",
    "stg_github_user_events",
    "fct_github_user_events",
    "fct_daily_github_metrics",
)
READINGS_MARTS = (
    "mrt_glucose_overview",
    "mrt_glucose_hourly_patterns",
    "mrt_glucose_windows",
    "mrt_glucose_agp",
    "mrt_glucose_episodes",
)
EVENTS_MARTS = ("mrt_github_activity_overview",)

LAUNCH = """
mutation Launch($backfill: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $backfill) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on Error { message }
  }
}
"""
STATUS = """
query Status($id: String!) {
  partitionBackfillOrError(backfillId: $id) {
    ... on PartitionBackfill { status }
    ... on Error { message }
  }
}
"""
RUNS = """
query Runs($id: String!) {
  runsOrError(filter: {tags: [{key: "dagster/backfill", value: $id}]}) {
    ... on Runs { results { startTime endTime } }
  }
}
"""


def launch(
    live: LiveDeployment, first: date, last: date, assets: Iterable[str], whole: Sequence[str] = ()
) -> str:
    """Starts a backfill of the days of partitioned assets and of `whole` ones; its id."""
    span = {"ranges": [{"start": str(first), "end": str(last)}]}
    targets: list[dict[str, Any]] = [
        {"assetKey": {"path": [name]}, "partitions": span} for name in assets
    ]
    targets += [{"assetKey": {"path": [name]}} for name in whole]
    answer = live.ask(LAUNCH, {"backfill": {"partitionsByAssets": targets}})
    launched = answer["launchPartitionBackfill"]
    assert launched["__typename"] == "LaunchBackfillSuccess", launched
    return str(launched["backfillId"])


def await_success(live: LiveDeployment, backfill: str, seconds: float) -> None:
    """Until the backfill has ended; fails where it did so without success."""

    def status() -> str:
        found = live.ask(STATUS, {"id": backfill})["partitionBackfillOrError"]
        return str(found["status"])

    until(lambda: status() not in ("REQUESTED", "COMPLETING"), seconds, "the backfill has ended")
    assert status() == "COMPLETED_SUCCESS"


def spans(live: LiveDeployment, backfill: str) -> list[tuple[float, float]]:
    """When each run of the backfill began and ended, in epoch seconds."""
    runs = live.ask(RUNS, {"id": backfill})["runsOrError"]["results"]
    return [(float(run["startTime"]), float(run["endTime"])) for run in runs]
