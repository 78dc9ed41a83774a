"""Dagster's own webserver over an instance of its own; no daemon, so nothing that is launched starts."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import dagster as dg
import uvicorn
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.remote_representation.grpc_server_registry import GrpcServerRegistry
from dagster._core.test_utils import create_run_for_test
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
from dagster._grpc.constants import GrpcServerCommand
from dagster_webserver.app import create_app_from_workspace_process_context

from tests.launching import code, code_elsewhere

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

HOLDS_TWO = [{"key": "dagdeck/parallel-2", "limit": 2, "value": {"applyLimitPerUniqueValue": True}}]
QUEUED = {
    "run_coordinator": {
        "module": "dagster._core.run_coordinator.queued_run_coordinator",
        "class": "QueuedRunCoordinator",
        "config": {"tag_concurrency_limits": HOLDS_TWO},
    }
}


class Webserver:
    """Where it listens, and the instance behind it."""

    def __init__(self, process: WorkspaceProcessContext, port: int) -> None:
        self.process = process
        self.instance = process.instance
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def launched(self, name: str | None = None) -> list[str]:
        """The ids of backfills and runs with the launch tag `name`; with any, for None."""
        tag = "dagdeck/launch"
        backfills = [(one.backfill_id, one.tags) for one in self.instance.get_backfills()]
        runs = [(one.run_id, one.tags) for one in self.instance.get_runs()]
        return [
            one for one, tags in (*backfills, *runs) if tag in tags and name in (None, tags[tag])
        ]

    def run_of(self, backfill: str, asset: str, partition: str, status: dg.DagsterRunStatus) -> str:
        """The id of a run that the backfill's daemon would have launched, as it ended."""
        made = create_run_for_test(
            self.instance,
            "__ASSET_JOB",
            status=status,
            tags={"dagster/backfill": backfill, "dagster/partition": partition},
            asset_selection=frozenset([dg.AssetKey(asset)]),
        )
        return str(made.run_id)

    def status(self, backfill: str) -> str:
        found = self.instance.get_backfill(backfill)
        assert found is not None
        return found.status.value


@contextmanager
def webserver(
    home: Path,
    modules: tuple[str, ...] = (code.__name__, code_elsewhere.__name__),
    settings: Mapping[str, object] = QUEUED,
) -> Iterator[Webserver]:
    """A webserver that has loaded `definitions` of each module as a code location."""
    origins = [
        InProcessCodeLocationOrigin(
            LoadableTargetOrigin(module_name=module, attribute="definitions"), location_name=module
        )
        for module in modules
    ]
    overrides = {**settings, "telemetry": {"enabled": False}}
    with (
        dg.instance_for_test(overrides=overrides, temp_dir=str(home)) as instance,
        GrpcServerRegistry(
            instance_ref=None,
            server_command=GrpcServerCommand.API_GRPC,
            heartbeat_ttl=30,
            startup_timeout=30,
            wait_for_processes_on_shutdown=True,
        ) as registry,
        WorkspaceProcessContext(
            instance, InProcessWorkspaceLoadTarget(origins), grpc_server_registry=registry
        ) as process,
    ):
        listener = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(create_app_from_workspace_process_context(process), log_level="critical")
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield Webserver(process, listener.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join(10)
