"""The first backfill of a new deployment: its last days, once for each state folder."""

from __future__ import annotations

import fcntl
import sys
from collections.abc import Callable
from typing import IO, Any

from pipelines.deployment.graphql import Unanswered, ask
from pipelines.deployment.parts import Layout
from pipelines.deployment.processes import Identity
from pipelines.deployment.processes import start_detached as start_process

TAG = {"key": "dagdeck/started-by", "value": "first up"}
TITLE = "The last {days} days, started by the first `dagdeck up`"

ASSETS = """
query Assets($days: Int!) {
  assetNodes {
    assetKey { path }
    isMaterializable
    isPartitioned
    dependencyKeys { path }
    partitionKeyConnection(limit: $days, ascending: false) { results }
  }
}
"""
STARTED = """
query Started {
  partitionBackfillsOrError(limit: 100) {
    __typename
    ... on PartitionBackfills { results { id tags { key value } } }
    ... on PythonError { message }
  }
}
"""
LAUNCH = """
mutation Launch($backfill: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $backfill) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on Error { message }
  }
}
"""


def start(layout: Layout, say: Callable[[str], None]) -> None:
    """Launches the first backfill unless that was done; needs the location to be loaded.

    A failure is said and not raised: the deployment itself is up.
    """
    days = layout.settings.first_backfill_days
    if not days:
        return
    with layout.home.first_backfill.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        if file.read().strip():
            return
        try:
            _launch_once(layout.webserver_url, days, file, say)
        except Unanswered as error:
            say(f"The first backfill could not be started: {error}")


def _launch_once(url: str, days: int, file: IO[str], say: Callable[[str], None]) -> None:
    backfill = already_started(url)
    if backfill is None:
        targets = targets_of(ask(url, ASSETS, {"days": days})["assetNodes"])
        if not targets:
            return
        backfill = _launch(url, targets, days)
        say(f"Backfill {backfill} of the last {days} days of {len(targets)} assets has started.")
    file.write(backfill + "\n")


def already_started(url: str) -> str | None:
    """The id of the backfill with dagdeck's tag, for the case that the marker file was lost."""
    answer = ask(url, STARTED)["partitionBackfillsOrError"]
    for backfill in answer.get("results", []):
        if TAG in backfill["tags"]:
            return str(backfill["id"])
    return None


def targets_of(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Partitioned assets with their newest keys, and the unpartitioned ones downstream of any."""
    materializable = [node for node in nodes if node["isMaterializable"]]
    targets = [_target(node) for node in materializable if _newest(node)]
    return targets + [
        _target(node)
        for node in materializable
        if not node["isPartitioned"] and node["dependencyKeys"]
    ]


def _newest(node: dict[str, Any]) -> list[str]:
    """The newest partition keys, newest first."""
    page = node["partitionKeyConnection"]
    return list(page["results"]) if page else []


def _target(node: dict[str, Any]) -> dict[str, Any]:
    target: dict[str, Any] = {"assetKey": {"path": node["assetKey"]["path"]}}
    if keys := _newest(node):
        ordered = sorted((keys[0], keys[-1]))
        target["partitions"] = {"ranges": [{"start": ordered[0], "end": ordered[1]}]}
    return target


def _launch(url: str, targets: list[dict[str, Any]], days: int) -> str:
    backfill = {"partitionsByAssets": targets, "title": TITLE.format(days=days), "tags": [TAG]}
    answer = ask(url, LAUNCH, {"backfill": backfill})["launchPartitionBackfill"]
    if answer["__typename"] != "LaunchBackfillSuccess":
        raise Unanswered(answer.get("message") or answer["__typename"])
    return str(answer["backfillId"])


def start_worker(layout: Layout) -> Identity:
    """Starts a process that waits for the code location and then launches the backfill."""
    command = (sys.executable, "-m", "pipelines.deployment.first_backfill_worker")
    log = layout.home.log("first-backfill")
    return start_process(command, layout.environment(), layout.home.root, log)
