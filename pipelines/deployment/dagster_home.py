"""Dagster's own settings files, written anew at each start."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipelines.deployment.home import Home
from pipelines.deployment.ports import HOST
from pipelines.deployment.state import write_atomically

LOCATION = "pipelines"
MAX_RUNS = 4
MOST_PARALLEL = 8
PARALLEL_TAG = "dagdeck/parallel-"
"""A backfill tagged `dagdeck/parallel-4: <its own id>` has at most 4 runs at once."""


def write_dagster_home(
    home: Home, postgres_url: str, code_server_port: int, code_server_host: str = HOST
) -> None:
    write_instance(home, postgres_url)
    server = {"host": code_server_host, "port": code_server_port, "location_name": LOCATION}
    _write(home.workspace, {"load_from": [{"grpc_server": server}]})


def write_instance(home: Home, postgres_url: str) -> None:
    _write(home.dagster / "dagster.yaml", instance(home, postgres_url))


def _write(path: Path, content: dict[str, Any]) -> None:
    """Writes JSON, which is YAML too."""
    write_atomically(path, json.dumps(content, indent=2) + "\n")


def instance(home: Home, postgres_url: str) -> dict[str, Any]:
    """The content of dagster.yaml."""
    return {
        "storage": {"postgres": {"postgres_url": postgres_url}},
        "compute_logs": {
            "module": "dagster._core.storage.local_compute_log_manager",
            "class": "LocalComputeLogManager",
            "config": {"base_dir": str(home.root / "compute-logs")},
        },
        "local_artifact_storage": {
            "module": "dagster._core.storage.root",
            "class": "LocalArtifactStorage",
            "config": {"base_dir": str(home.root / "artifacts")},
        },
        "run_coordinator": {
            "module": "dagster._core.run_coordinator",
            "class": "QueuedRunCoordinator",
            "config": {"dequeue_interval_seconds": 1},
        },
        "concurrency": {
            "pools": {"default_limit": 1, "granularity": "run"},
            "runs": {"max_concurrent_runs": MAX_RUNS, "tag_concurrency_limits": _parallel_limits()},
        },
        "run_monitoring": {
            "enabled": True,
            "start_timeout_seconds": 120,
            "cancel_timeout_seconds": 30,
            "poll_interval_seconds": 15,
            "free_slots_after_run_end_seconds": 30,
        },
        "backfills": {"use_threads": True, "num_workers": 2, "num_submit_workers": 2},
        "sensors": {"use_threads": True, "num_workers": 2},
        "auto_materialize": {"minimum_interval_seconds": 5},
        "freshness": {"enabled": True},
        "retention": {"sensor": {"purge_after_days": {"skipped": 1}}},
        "telemetry": {"enabled": False},
        "nux": {"enabled": False},
    }


def _parallel_limits() -> list[dict[str, Any]]:
    per_value = {"applyLimitPerUniqueValue": True}
    return [
        {"key": f"{PARALLEL_TAG}{runs}", "value": per_value, "limit": runs}
        for runs in range(1, MOST_PARALLEL + 1)
    ]
