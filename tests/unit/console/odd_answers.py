"""An answer of Dagster to each question, and what in it stands beside what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.api import overview_queries, plan_queries, queries, run_queries
from tests.unit.console.odd import Ask

if TYPE_CHECKING:
    from console.api.client import Client

ERROR = {"message": "boom\n", "className": "E", "stack": ["a"], "cause": {"message": "deep"}}


def asset(name: str) -> dict[str, Any]:
    return {
        "assetKey": {"path": ["raw", name]},
        "groupName": "g",
        "kinds": ["dbt"],
        "owners": [{"email": "a@b"}, {"team": "t"}],
        "description": "words",
        "dependencyKeys": [{"path": ["a"]}],
        "dependedByKeys": [{"path": ["b"]}],
        "isMaterializable": True,
        "isPartitioned": True,
        "partitionDefinition": {
            "type": "MULTIPARTITIONED",
            "description": "d",
            "name": "n",
            "dimensionTypes": [{"name": "x", "isPrimaryDimension": True}],
        },
        "backfillPolicy": {"maxPartitionsPerRun": 3, "policyType": "MULTI_RUN"},
        "internalFreshnessPolicy": {
            "__typename": "CronFreshnessPolicy",
            "deadlineCron": "0 6 * * *",
            "lowerBoundDeltaSeconds": 60,
            "timezone": "UTC",
        },
        "pools": ["duckdb"],
        "repository": {"name": "r", "location": {"name": "l"}},
    }


def _status(name: str) -> dict[str, Any]:
    return {
        "assetKey": {"path": ["raw", name]},
        "isPartitioned": True,
        "partitionStats": {"numPartitions": 3},
        "first": {"results": ["d1"]},
        "last": {"results": ["d3"]},
        "assetPartitionStatuses": {
            "__typename": "TimePartitionStatuses",
            "ranges": [{"startKey": "d1", "endKey": "d2", "status": "MATERIALIZED"}],
        },
        "freshnessStatusInfo": {"freshnessStatus": "HEALTHY"},
    }


def _latest(name: str) -> dict[str, Any]:
    return {
        "assetKey": {"path": ["raw", name]},
        "latestMaterialization": {"timestamp": "1700000000000", "runId": "r", "partition": "d1"},
        "latestRun": {"id": "r", "status": "FAILURE", "endTime": 1700000000.0},
    }


def _run(name: str) -> dict[str, Any]:
    return {
        "__typename": "Run",
        "id": name,
        "status": "STARTED",
        "jobName": "j",
        "creationTime": 1.0,
        "startTime": 2.0,
        "endTime": 3.0,
        "updateTime": 3.0,
        "assetSelection": [{"path": ["raw", "a"]}],
        "assetSelectionCount": 1,
        "tags": [{"key": "k", "value": "v"}],
        "canTerminate": True,
        "stepKeysToExecute": ["s", "t"],
        "stepStats": [
            {"stepKey": "s", "status": "SUCCESS", "startTime": 1, "endTime": 2, "attempts": [{}]}
        ],
    }


def _event(name: str) -> dict[str, Any]:
    return {
        "message": name,
        "timestamp": "1700000000000",
        "level": "ERROR",
        "stepKey": "s",
        "eventType": "STEP_FAILURE",
        "error": ERROR,
        "fileKey": "f",
    }


def _backfill(name: str) -> dict[str, Any]:
    return {
        "__typename": "PartitionBackfill",
        "id": name,
        "status": "REQUESTED",
        "title": "t",
        "timestamp": 1.0,
        "endTimestamp": 2.0,
        "assetSelection": [{"path": ["a"]}],
        "error": ERROR,
        "assetBackfillData": {
            "assetBackfillStatuses": [
                {
                    "__typename": "AssetPartitionsStatusCounts",
                    "assetKey": {"path": ["a"]},
                    "numPartitionsTargeted": 3,
                    "numPartitionsInProgress": 1,
                    "numPartitionsMaterialized": 1,
                    "numPartitionsFailed": 0,
                }
            ]
        },
    }


KEY = ("raw", "a")


async def _structure(client: Client) -> object:
    return (await queries.structure(client)).graph.assets.get(("raw", "b"))


async def _statuses(client: Client) -> object:
    found = await queries.statuses(client, [KEY])
    return next((status for status in found if status.key == ("raw", "b")), None)


DAEMON = {
    "daemonType": "SENSOR",
    "required": True,
    "healthy": True,
    "lastHeartbeatTime": 2.0,
    "lastHeartbeatErrors": [ERROR],
}
TICK = {"timestamp": 2.0, "status": "FAILURE", "error": ERROR}
LOCATION = {
    "name": "l",
    "loadStatus": "LOADED",
    "locationOrLoadError": {
        "__typename": "RepositoryLocation",
        "repositories": [
            {
                "schedules": [
                    {"name": "s", "scheduleState": {"status": "RUNNING", "ticks": [TICK]}}
                ],
                "sensors": [{"name": "s", "sensorState": {"status": "RUNNING", "ticks": [TICK]}}],
            }
        ],
    },
}


async def _failures(client: Client) -> object:
    return (await overview_queries.failures(client, 1.0, 9))[0][-1:]


async def _run_errors(client: Client) -> object:
    return (await overview_queries.run_errors(client, ["r1", "r2"]))["r2"]


async def _health(client: Client) -> object:
    """The second of each: what stands beside the odd one."""
    health = await overview_queries.health(client)
    return (health.daemons or ())[-1:], (health.ticking or ())[-2:]


async def _rhythms(client: Client) -> object:
    return (await overview_queries.materialization_times(client, [("a",), ("b",)], 9)).get(("b",))


async def _pulse(client: Client) -> object:
    found = await run_queries.pulse(client, 3)
    return found.active[-1:], found.newest[-1:], found.locations.get("m")


async def _log(client: Client) -> object:
    return (await run_queries.log(client, "r", None)).events[-1:]


async def _backfills(client: Client) -> object:
    return (await run_queries.backfills(client, 2))[-1:]


async def _stale(client: Client) -> object:
    return (await queries.stale(client, KEY, ["d1", "d2"])).get("d2")


async def _keys(client: Client) -> object:
    return (await queries.partition_keys(client, KEY)).keys[-1:]


Runs = {"__typename": "Runs", "results": [_run("r1"), _run("r2")]}
CAUSE = {"reason": "new", "dependency": {"path": ["a"]}, "dependencyPartitionKey": "d"}
CHECK = {
    "name": "c",
    "blocking": True,
    "description": "d",
    "executionForLatestMaterialization": {
        "status": "FAILED",
        "timestamp": 1.0,
        "evaluation": {"severity": "ERROR"},
    },
}
MADE = {
    "timestamp": "1",
    "runId": "r",
    "metadataEntries": [{"label": "rows", "intRepr": "5"}, {"label": "x", "floatValue": 0.5}],
}
CASES: dict[str, tuple[str, Ask, dict[str, Any], tuple[str, ...]]] = {
    "structure": (
        "structure",
        _structure,
        {
            "version": "1",
            "assetNodes": [asset("a"), asset("b")],
            "instance": {"runQueueConfig": {"maxConcurrentRuns": 3}},
            "workspaceOrError": {
                "locationEntries": [
                    {"name": "l", "locationOrLoadError": {"__typename": "PythonError", **ERROR}}
                ]
            },
        },
        ("assetNodes/0", "instance", "workspaceOrError", "version"),
    ),
    "statuses": (
        "statuses",
        _statuses,
        {
            "assetNodes": [_status("a"), _status("b")],
            "assetsLatestInfo": [_latest("a"), _latest("b")],
        },
        ("assetNodes/0", "assetsLatestInfo/0"),
    ),
    "pulse": (
        "pulse",
        _pulse,
        {
            "locationStatusesOrError": {
                "entries": [{"name": "l", "versionKey": "1"}, {"name": "m", "versionKey": "2"}]
            },
            "active": Runs,
            "newest": Runs,
        },
        ("locationStatusesOrError/entries/0", "active/results/0", "newest/results/0"),
    ),
    "log": (
        "log",
        _log,
        {
            "logsForRun": {
                "__typename": "EventConnection",
                "cursor": "c",
                "hasMore": False,
                "events": [_event("a"), _event("b")],
            }
        },
        ("logsForRun/events/0", "logsForRun/cursor", "logsForRun/hasMore"),
    ),
    "failures": (
        "failures",
        _failures,
        {"runsOrError": {"__typename": "Runs", "count": 2, "results": [_run("r1"), _run("r2")]}},
        ("runsOrError/results/0",),
    ),
    "run_errors": (
        "run_errors",
        _run_errors,
        {
            "runsOrError": {
                "__typename": "Runs",
                "results": [
                    {"id": name, "eventConnection": {"hasMore": False, "events": [_event(name)]}}
                    for name in ("r1", "r2")
                ],
            }
        },
        ("runsOrError/results/0/eventConnection", "runsOrError/results/0/id"),
    ),
    "health": (
        "health",
        _health,
        {
            "instance": {"daemonHealth": {"allDaemonStatuses": [DAEMON, DAEMON]}},
            "workspaceOrError": {"locationEntries": [LOCATION, LOCATION]},
        },
        (
            "instance/daemonHealth/allDaemonStatuses/0",
            "workspaceOrError/locationEntries/0/locationOrLoadError/repositories",
        ),
    ),
    "rhythms": (
        "rhythms",
        _rhythms,
        {
            "assetNodes": [
                {"assetKey": {"path": [name]}, "assetMaterializations": [{"timestamp": "1000"}]}
                for name in ("a", "b")
            ]
        },
        ("assetNodes/0",),
    ),
    "backfills": (
        "backfills",
        _backfills,
        {
            "partitionBackfillsOrError": {
                "__typename": "PartitionBackfills",
                "results": [_backfill("b1"), _backfill("b2")],
            }
        },
        ("partitionBackfillsOrError/results/0",),
    ),
    "stale": (
        "stale",
        _stale,
        {
            "assetNodes": [
                {
                    "staleStatusByPartition": ["STALE", "STALE"],
                    "staleCausesByPartition": [[CAUSE], [CAUSE]],
                }
            ]
        },
        (
            "assetNodes/0/staleStatusByPartition/0",
            "assetNodes/0/staleCausesByPartition/0",
        ),
    ),
    "keys": (
        "keys",
        _keys,
        {"assetNodes": [{"partitionKeyConnection": {"results": ["d1", "d2"], "hasMore": False}}]},
        ("assetNodes/0/partitionKeyConnection/results/0",),
    ),
}
ANYWHERE: dict[str, tuple[str, Ask, dict[str, Any]]] = {
    **{name: (file, ask, answer) for name, (file, ask, answer, _) in CASES.items()},
    "run": ("run", lambda client: run_queries.run(client, "r"), {"runOrError": _run("r")}),
    "backfill": (
        "backfill",
        lambda client: run_queries.backfill(client, "b"),
        {"partitionBackfillOrError": _backfill("b")},
    ),
    "cell": (
        "cell",
        lambda client: run_queries.cell(client, KEY, "d1"),
        {
            "assetNodes": [
                {
                    "latestMaterializationByPartition": [MADE],
                    "latestRunForPartition": _run("r"),
                    "staleStatusByPartition": ["STALE"],
                    "staleCausesByPartition": [[CAUSE]],
                }
            ]
        },
    ),
    "asset_detail": (
        "asset_detail",
        lambda client: run_queries.asset_detail(client, KEY),
        {
            "assetNodes": [
                {"assetChecksOrError": {"checks": [CHECK]}, "assetMaterializations": [MADE]}
            ],
            "assetNodeDefinitionCollisions": [
                {
                    "assetKey": {"path": list(KEY)},
                    "repositories": [{"name": "r", "location": {"name": "one.py"}}],
                }
            ],
        },
    ),
    "preview": (
        "preview",
        lambda client: plan_queries.preview(client, [KEY], ["d1"]),
        {
            "assetBackfillPreview": [
                {
                    "assetKey": {"path": ["a"]},
                    "partitions": {
                        "ranges": [{"start": "d1", "end": "d2"}],
                        "partitionKeys": ["d"],
                    },
                }
            ]
        },
    ),
    "newest": (
        "newest",
        lambda client: queries.newest(client, [KEY], [KEY]),
        {
            "assetNodes": [
                {
                    "assetKey": {"path": ["raw", "a"]},
                    "assetMaterializations": [MADE],
                    "freshnessStatusInfo": {"freshnessStatus": "HEALTHY"},
                }
            ],
            "samples": [
                {
                    "assetKey": {"path": ["raw", "a"]},
                    "first": {"results": ["d1"]},
                    "last": {"results": ["d3"]},
                }
            ],
        },
    ),
    "partition_counts": (
        "partition_counts",
        lambda client: queries.partition_counts(client, [KEY]),
        {"assetNodes": [{"assetKey": {"path": ["a"]}, "partitionStats": {"numPartitions": 3}}]},
    ),
    "captured": (
        "captured",
        lambda client: run_queries.output(client, "r", "f", None),
        {"capturedLogs": {"stdout": "a", "stderr": "b", "cursor": "1:1"}},
    ),
}
