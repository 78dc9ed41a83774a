"""A whole deployment, made up: the root of what the fake answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fake_dagster.nodes import latest_event, node
from tests.fake_dagster.runs import FakeBackfill, FakeRun

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.fake_dagster.assets import Asset

Json = dict[str, Any]
DAEMONS = ("ASSET", "BACKFILL", "FRESHNESS_DAEMON", "QUEUED_RUN_COORDINATOR", "SCHEDULER", "SENSOR")


def root(
    assets: Sequence[Asset],
    runs: Sequence[FakeRun] = (),
    backfills: Sequence[FakeBackfill] = (),
    *,
    now: float,
) -> Json:
    """`runs` and `backfills` newest first; `now` is the fake's clock, epoch seconds UTC."""
    for asset in assets:
        for parent in asset.parents:
            parent.children.append(asset)
    by_id = {run.id: run for run in runs}

    def run_of(run_id: str) -> Json | None:
        return by_id[run_id].value() if run_id in by_id else None

    marks = {asset.mark: asset for asset in assets}

    nodes = {asset.name: node(asset, run_of, now) for asset in assets}

    def chosen(assetKeys: Sequence[Json] | None = None, **_: Any) -> list[str]:
        """Names in the server's own order; unknown keys are dropped."""
        if assetKeys is None:
            return list(nodes)
        wanted = {tuple(key["path"]) for key in assetKeys}
        return [asset.name for asset in assets if tuple(asset.key["path"]) in wanted]

    latest = {asset.name: _latest(asset, runs) for asset in assets}
    return {
        "version": "1.13.27",
        "assetNodes": lambda **asked: [nodes[name] for name in chosen(**asked)],
        "assetsLatestInfo": lambda **asked: [latest[name] for name in chosen(**asked)],
        "runsOrError": lambda **asked: _runs(runs, marks, **asked),
        "assetBackfillPreview": lambda params: [
            {
                "assetKey": asset.key,
                "partitions": asset.partitions
                and {"ranges": [], "partitionKeys": asset.reached(params["partitionNames"])},
            }
            for asset in assets
            if asset.key in [{"path": key["path"]} for key in params["assetSelection"]]
        ],
        "runIdsOrError": lambda cursor=None, limit=None: _run_ids(runs, cursor, limit),
        "runOrError": lambda runId: (
            run_of(runId) or {"__typename": "RunNotFoundError", "message": f"no run {runId}"}
        ),
        "logsForRun": lambda runId, **asked: _log(by_id[runId], **asked),
        "partitionBackfillsOrError": lambda **asked: _backfills(backfills, **asked),
        "partitionBackfillOrError": lambda backfillId: next(
            (b.value() for b in backfills if b.id == backfillId),
            {"__typename": "BackfillNotFoundError", "message": f"no backfill {backfillId}"},
        ),
        "locationStatusesOrError": {
            "__typename": "WorkspaceLocationStatusEntries",
            "entries": [{"name": "lakehouse", "loadStatus": "LOADED", "versionKey": "1"}],
        },
        "workspaceOrError": {
            "__typename": "Workspace",
            "locationEntries": [
                {
                    "name": "lakehouse",
                    "loadStatus": "LOADED",
                    "permissions": [],
                    "locationOrLoadError": {
                        "__typename": "RepositoryLocation",
                        "repositories": [_instigators(now)],
                    },
                }
            ],
        },
        "instance": _instance(now),
    }


def _latest(asset: Asset, runs: Sequence[FakeRun]) -> Json:
    own = [run for run in runs if asset in run.assets]
    return {
        "id": asset.name,
        "assetKey": asset.key,
        "latestMaterialization": latest_event(asset),
        "unstartedRunIds": [run.id for run in own if run.status == "QUEUED"],
        "inProgressRunIds": [run.id for run in own if run.status == "STARTED"],
        "latestRun": own[0].value() if own else None,
    }


def _made(run_id: str, marks: dict[str, Asset]) -> Json | None:
    """The run that made a partition of an asset, told by its id alone."""
    mark, _, rest = run_id.partition("-")
    asset, position = marks.get(mark), int(rest[:8] or "0", 16)
    at = asset.made_at(position) if asset and position < asset.count else None
    if asset is None or at is None:
        return None
    return FakeRun(run_id, "SUCCESS", at - 2, [asset], position, position).value()


def _runs(runs: Sequence[FakeRun], marks: dict[str, Asset], **asked: Any) -> Json:
    wanted, cursor, limit = asked.get("filter") or {}, asked.get("cursor"), asked.get("limit")
    known = {run.id for run in runs}
    older = [one for one in wanted.get("runIds") or () if one not in known]
    if older:
        made = [run for one in older if (run := _made(one, marks))]
        return {"__typename": "Runs", "count": len(made), "results": made}
    found = [run for run in runs if run.has(wanted)]
    ids = [run.id for run in found]
    after = ids.index(cursor) + 1 if cursor in ids else 0
    page = found[after:][: limit or None]
    return {
        "__typename": "Runs",
        "count": len(found),
        "results": lambda: [run.value() for run in page],
    }


def _run_ids(runs: Sequence[FakeRun], cursor: str | None, limit: int | None) -> Json:
    ids = [run.id for run in runs]
    after = ids.index(cursor) + 1 if cursor in ids else 0
    return {"__typename": "RunIds", "results": ids[after:][: limit or None]}


def _backfills(backfills: Sequence[FakeBackfill], **asked: Any) -> Json:
    statuses = (asked.get("filters") or {}).get("statuses")
    found = [one for one in backfills if not statuses or one.status in statuses]
    ids = [one.id for one in found]
    if asked.get("cursor") in ids:
        found = found[ids.index(asked["cursor"]) + 1 :]
    return {
        "__typename": "PartitionBackfills",
        "results": [one.value() for one in found[: asked.get("limit")]],
    }


def _instigators(now: float) -> Json:
    """A schedule and a sensor that are on and well."""
    tick = {"timestamp": now - 40.0, "status": "SKIPPED", "error": None}
    state = {"status": "RUNNING", "ticks": lambda **_: [tick]}
    return {
        "schedules": [
            {
                "name": "each_morning",
                "scheduleState": state,
                "futureTicks": lambda **_: {"results": [{"timestamp": now + 3 * 3_600.0}]},
            }
        ],
        "sensors": [{"name": "new_orders", "sensorState": state}],
    }


def _log(run: FakeRun, afterCursor: str | None = None, limit: int | None = None) -> Json:
    events = run.events()
    start = int(afterCursor or 0)
    end = min(start + (limit or 1000), len(events))
    return {
        "__typename": "EventConnection",
        "events": events[start:end],
        "cursor": str(end),
        "hasMore": end < len(events),
    }


def _instance(now: float) -> Json:
    return {
        "runQueueConfig": {"maxConcurrentRuns": 4, "tagConcurrencyLimitsYaml": None},
        "concurrencyLimits": [],
        "poolConfig": {"defaultPoolLimit": None, "poolGranularity": "run"},
        "daemonHealth": {
            "allDaemonStatuses": [
                {
                    "daemonType": kind,
                    "id": kind,
                    "required": True,
                    "healthy": True,
                    "lastHeartbeatTime": now - 5,
                    "lastHeartbeatErrors": [],
                }
                for kind in DAEMONS
            ]
        },
    }
