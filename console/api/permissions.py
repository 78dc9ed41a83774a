"""What the server lets this user do, in words where it doesn't: deployment, code location, asset."""

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
    """Why nothing at all may be launched; empty where something may, or nothing is told.

    Who may only in some code locations is told no for the deployment and yes for those.
    """
    entries = items(sub(data, "workspaceOrError").get("locationEntries"))
    places = [items(data.get("permissions")), *(items(one.get("permissions")) for one in entries)]
    told = [one for place in places for one in _launching(place)]
    if not told or any(one.get("value") for one in told):
        return ""
    return f"the server allows no launch{_reason(told)}"


def forbidden_locations(data: Json) -> dict[str, str]:
    """The server's reason for each code location where nothing may be launched, in brackets."""
    entries = items(sub(data, "workspaceOrError").get("locationEntries"))
    found = {
        str(one.get("name")): list(_launching(items(one.get("permissions")))) for one in entries
    }
    return {
        name: f" (code location {name}{_reason(told, ': ')})"
        for name, told in found.items()
        if told and not any(one.get("value") for one in told)
    }


def forbidden_asset(node: Json, locations: dict[str, str]) -> str:
    """Why an `assetNode` may not be materialized by this user; empty where it may."""
    if node.get("hasMaterializePermission") is not False:
        return ""
    place = str(sub(sub(node, "repository"), "location").get("name"))
    return f"the server doesn't let you materialize it{locations.get(place, '')}"


def _launching(permissions: Sequence[Json]) -> Iterable[Json]:
    return (one for one in permissions if one.get("permission") in LAUNCHING)


def _reason(told: Sequence[Json], before: str = "") -> str:
    why = next((str(one["disabledReason"]) for one in told if one.get("disabledReason")), "")
    if not why:
        return ""
    return f"{before}{cut(why, 80)}" if before else f" ({cut(why, 80)})"
