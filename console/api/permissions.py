"""Reads the server's permissions: whether this user may launch in a deployment, location or asset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.api.reading import Json, items, sub
from console.domain.text import cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LAUNCHING = (
    "launch_pipeline_execution",
    "launch_pipeline_reexecution",
    "launch_partition_backfill",
    "terminate_pipeline_execution",
)


def forbidden(data: Json) -> str:
    """The reason why nothing may be launched; empty where something may, or it isn't known.

    A user allowed in only some code locations gets no for the deployment and yes for those.
    """
    entries = items(sub(data, "workspaceOrError").get("locationEntries"))
    lists = [
        items(data.get("permissions")),
        *(items(entry.get("permissions")) for entry in entries),
    ]
    launching = [permission for permissions in lists for permission in _launching(permissions)]
    if not launching or any(permission.get("value") for permission in launching):
        return ""
    return f"the server allows no launch{_reason(launching)}"


def forbidden_locations(data: Json) -> dict[str, str]:
    """The server's reason, in brackets, for each code location where nothing may be launched."""
    entries = items(sub(data, "workspaceOrError").get("locationEntries"))
    by_location = {
        str(entry.get("name")): list(_launching(items(entry.get("permissions"))))
        for entry in entries
    }
    return {
        name: f" (code location {name}{_reason(launching, ': ')})"
        for name, launching in by_location.items()
        if launching and not any(permission.get("value") for permission in launching)
    }


def forbidden_asset(node: Json, locations: dict[str, str]) -> str:
    """The reason why this user may not materialize an `assetNode`; empty where they may."""
    if node.get("hasMaterializePermission") is not False:
        return ""
    location = str(sub(sub(node, "repository"), "location").get("name"))
    return f"the server doesn't let you materialize it{locations.get(location, '')}"


def _launching(permissions: Sequence[Json]) -> Iterable[Json]:
    return (permission for permission in permissions if permission.get("permission") in LAUNCHING)


def _reason(denials: Sequence[Json], prefix: str = "") -> str:
    reason = next(
        (str(denial["disabledReason"]) for denial in denials if denial.get("disabledReason")), ""
    )
    if not reason:
        return ""
    return f"{prefix}{cut(reason, 80)}" if prefix else f" ({cut(reason, 80)})"
