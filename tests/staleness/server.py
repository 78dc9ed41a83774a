"""Dagster's own GraphQL server without HTTP: its schema over a real instance and workspace."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.remote_representation.grpc_server_registry import GrpcServerRegistry
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
from dagster._grpc.constants import GrpcServerCommand
from dagster_graphql.schema import create_schema

from console.api.client import Client
from tests.staleness import code

if TYPE_CHECKING:
    from collections.abc import Iterator

    import dagster as dg

    from console.api.documents import Document

SCHEMA = create_schema()


class InProcess(Client):
    """Sends each document to the schema; what comes back went through JSON."""

    def __init__(self, process: WorkspaceProcessContext) -> None:
        super().__init__("http://in-process")
        self.process = process
        self.operations: list[str] = []

    async def _send(
        self,
        query: Document,
        variables: dict[str, Any],
        timeout: float = 0.0,  # noqa: ARG002 - nothing takes long here
    ) -> dict[str, Any]:
        self.operations.append(query.name)
        return await self.ask_text(query.text, variables)

    async def ask_text(self, text: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The answer to a question that isn't one of the console's. Raises ApiError."""
        answer = await SCHEMA.execute_async(
            text,
            context_value=self.process.create_request_context(),
            variable_values=variables,
        )
        return self._data(httpx.Response(200, content=_encoded(answer.formatted)))


def _encoded(answer: object) -> bytes:
    return json.dumps(answer, default=str).encode()


@contextmanager
def serving(instance: dg.DagsterInstance, definitions: dg.Definitions) -> Iterator[InProcess]:
    """A client of a server that has just loaded these definitions."""
    code.current = definitions
    origin = InProcessCodeLocationOrigin(
        LoadableTargetOrigin(module_name=code.__name__, attribute="current")
    )
    target = InProcessWorkspaceLoadTarget(origin)
    registry = GrpcServerRegistry(
        instance_ref=None,
        server_command=GrpcServerCommand.API_GRPC,
        heartbeat_ttl=30,
        startup_timeout=30,
        wait_for_processes_on_shutdown=True,
    )
    with (
        registry,
        WorkspaceProcessContext(instance, target, grpc_server_registry=registry) as process,
    ):
        yield InProcess(process)
