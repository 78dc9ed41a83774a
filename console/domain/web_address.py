"""Reads and builds addresses of Dagster's web UI."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

if TYPE_CHECKING:
    from console.domain.assets.keys import AssetKey

PAGES = frozenset(
    [
        "asset-graph",
        "asset-groups",
        "assets",
        "automation",
        "backfills",
        "catalog",
        "concurrency",
        "config",
        "deployment",
        "health",
        "instance",
        "jobs",
        "lineage",
        "locations",
        "overview",
        "resources",
        "runs",
        "schedules",
        "selection",
        "sensors",
        "settings",
        "timeline",
        "workspace",
    ]
)
"""The first parts of the paths of pages, below the root."""


@dataclass(frozen=True, slots=True)
class Place:
    """A thing that both the web UI and the console can show; one of the fields is set."""

    run: str = ""
    backfill: str = ""
    asset: AssetKey = ()
    partition: str | None = None
    """The asset's partition."""
    page: str = ""
    """A list page, by the first part of its path: `runs`, `assets`, `overview`."""


@dataclass(frozen=True, slots=True)
class Address:
    """The webserver's root, without a slash at its end, and the place that the address shows."""

    base: str
    place: Place | None = None


def read_address(url: str) -> Address:
    """Reads an address with its scheme, as typed or copied from the browser."""
    parts = urlsplit(url)
    path = [part for part in parts.path.split("/") if part]
    if path[-1:] == ["graphql"]:
        path.pop()
    page = next((index for index, part in enumerate(path) if part in PAGES), len(path))
    base = parts._replace(path="".join(f"/{part}" for part in path[:page]), query="", fragment="")
    return Address(base.geturl(), _place([unquote(part) for part in path[page:]], parts.query))


def _place(path: list[str], query: str) -> Place | None:
    if path[:2] == ["runs", "b"] or path[:2] == ["overview", "backfills"]:
        return Place(backfill=path[2]) if len(path) > 2 else Place(page="runs")
    if path[:1] == ["runs"] and len(path) > 1:
        return Place(run=path[1])
    if path[:1] == ["assets"] and len(path) > 1:
        partition = parse_qs(query).get("partition")
        return Place(asset=tuple(path[1:]), partition=partition[0] if partition else None)
    return Place(page=path[0]) if path else None


def web_url(base: str, place: Place) -> str:
    """The address of a place in the web UI; its root if the place has no page."""
    if place.run:
        return f"{base}/runs/{quote(place.run, safe='')}"
    if place.backfill:
        return f"{base}/runs/b/{quote(place.backfill, safe='')}"
    if place.asset:
        key = "/".join(quote(part, safe="") for part in place.asset)
        query = {"view": "partitions", "partition": place.partition} if place.partition else {}
        return f"{base}/assets/{key}{'?' + urlencode(query) if query else ''}"
    return f"{base}/{place.page}"
