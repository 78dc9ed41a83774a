"""A small deployment in memory, for tests of what is drawn from it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from console.app import Deck
from console.domain.assets.graph import Asset, AssetGraph, PartitionsDefinition
from console.domain.assets.structure import Structure
from console.domain.grid.asset_status import AssetStatus, Latest, row_of
from console.domain.partitions.keys import PartitionKeys
from console.domain.runs.run import RunStatus
from console.domain.status.states import Row
from console.settings import Settings
from console.store.poller import Poller
from console.store.signals import Topic

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual.app import App

    from console.domain.assets.keys import AssetKey
    from console.domain.freshness.policy import Policy

NOBODY = "http://127.0.0.1:9"
"""The discard port: nothing listens there, so the console keeps what it was given."""
DAYS = PartitionKeys(tuple(f"2026-11-{day:02}" for day in range(1, 11)))
DAILY = PartitionsDefinition("TIME_WINDOW", "Daily, starting 2026-11-01 UTC.")


def key(name: str) -> AssetKey:
    return tuple(name.split("/"))


def graph_of(
    edges: Iterable[tuple[str, str]],
    policies: Mapping[str, Policy] | None = None,
    partitioned: Iterable[str] = (),
    external: Iterable[str] = (),
) -> AssetGraph:
    """A graph of the names in `edges`; an edge to `` names an asset that leads nowhere."""
    pairs = [(a, b) for a, b in edges if b]
    names = dict.fromkeys(name for edge in edges for name in edge if name)
    return AssetGraph(
        {
            key(name): Asset(
                key(name),
                group="glucose",
                upstream=tuple(key(a) for a, b in pairs if b == name),
                downstream=tuple(key(b) for a, b in pairs if a == name),
                freshness=(policies or {}).get(name),
                partitions=DAILY if name in partitioned else None,
                materializable=name not in external,
                location="pipelines",
                description=f"All about {name}.",
            )
            for name in names
        }
    )


def made(name: str, at: float | None, partitioned: bool = False) -> AssetStatus:
    latest = Latest(at, "run-that-made-it", None, "run-that-made-it", RunStatus.SUCCESS, at)
    return AssetStatus(key(name), partitioned, latest=latest if at else Latest())


def failed(name: str, at: float, made_at: float | None = None) -> AssetStatus:
    latest = Latest(made_at, "run-before", None, "7c1f0000-dead", RunStatus.FAILURE, at)
    return AssetStatus(key(name), False, latest=latest)


class RestingPoller(Poller):
    """Asks nothing, so that what a test gave stays as if just answered."""

    async def run(self) -> None:
        await asyncio.Event().wait()


def deck_of(graph: AssetGraph, statuses: Iterable[AssetStatus], **flags: bool) -> Deck:
    """A console that holds this and can't reach any server."""
    home = Path(mkdtemp(prefix="dagdeck-"))
    settings = Settings(NOBODY, flags.get("read_only", False), flags.get("ascii", False), home)
    deck = Deck(settings)
    deployment = deck.deployment
    deployment.reading.checks = None
    deployment.structure = Structure(graph, "1.13.27", {}, None, "", {}, False)
    deployment.graph = graph
    for status in statuses:
        take(deck, status)
    return deck


def take(deck: Deck, status: AssetStatus, states: bytes | None = None) -> None:
    """What the server tells of one asset, as the store keeps it."""
    deployment = deck.deployment
    keys = DAYS if status.partitioned else None
    deployment.statuses[status.key] = status
    deployment.keys[status.key] = keys
    materializable = deployment.graph[status.key].materializable
    row = row_of(status, keys, (), 0.0, materializable)
    deployment.rows[status.key] = Row(states, 0.0) if states else row
    deployment.signals.tell(Topic.STATUS)


def text_of(deck: App[Any]) -> str:
    """What is on the screen, a line each."""
    strips = deck.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)
