"""The views of the asset graph that the map can show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from console.domain.asset_map.groups import Group, folded
from console.domain.asset_map.neighbourhood import Subgraph, chosen, neighbourhood
from console.domain.asset_map.paths import ways
from console.domain.assets.keys import key_text
from console.domain.selection.evaluation import select

if TYPE_CHECKING:
    from console.domain.assets.graph import AssetGraph
    from console.domain.assets.keys import AssetKey
    from console.domain.selection.evaluation import SelectionFacts

MOST_HOPS = 9


@dataclass(frozen=True, slots=True)
class Around:
    """The assets upstream and downstream of `centre`, at most `hops` hops away."""

    centre: AssetKey
    hops: int = 2


@dataclass(frozen=True, slots=True)
class Indented:
    """All assets upstream and downstream of an asset, as a tree."""

    centre: AssetKey


@dataclass(frozen=True, slots=True)
class Whole:
    """Every asset of the deployment."""


@dataclass(frozen=True, slots=True)
class Folded:
    """The whole deployment, with a box for each group that isn't unfolded."""

    unfolded: frozenset[Group] = frozenset()


@dataclass(frozen=True, slots=True)
class Between:
    """The assets on the shortest paths from one asset to another, or on `every` path."""

    start: AssetKey
    end: AssetKey
    every: bool = False


@dataclass(frozen=True, slots=True)
class Selected:
    """The assets that a text in Dagster's selection syntax selects."""

    text: str


MapView = Around | Indented | Whole | Folded | Between | Selected


def part_of(view: MapView, graph: AssetGraph, facts: SelectionFacts) -> Subgraph:
    """The part of the graph to draw; empty where an asset is gone. Raises BadSelection."""
    match view:
        case Around(centre, hops):
            return neighbourhood(graph, centre, hops) if centre in graph else Subgraph()
        case Whole():
            return chosen(graph, graph.order)
        case Folded(unfolded):
            return folded(graph, unfolded)
        case Selected(text):
            return chosen(graph, select(text, graph, facts, sources=True))
        case Between(start, end, every):
            paths = ways(graph, start, end) if start in graph and end in graph else None
            return chosen(graph, paths.every if every else paths.shortest) if paths else Subgraph()
        case Indented():
            return Subgraph()


def title(view: MapView, part: Subgraph, graph: AssetGraph) -> str:
    """The name of the view, in words."""
    shown, reached = len(part.nodes), part.reached
    match view:
        case Around(centre, hops):
            more = f" · the nearest {shown} of {reached}" if reached > shown else ""
            return f"{key_text(centre)} · {_counted(hops, 'hop')} around{more}"
        case Indented(centre):
            return f"{key_text(centre)} · tree"
        case Whole():
            return f"all {_counted(len(graph), 'asset')}"
        case Folded():
            return f"all {_counted(len(graph), 'asset')} by group"
        case Selected(text):
            more = f"the first {shown} of " if reached > shown else ""
            return f"{text} · {more}{_counted(reached, 'asset')}"
        case Between(start, end, every):
            names = f"{key_text(start)} → {key_text(end)}"
            if every:
                return f"{names} · {_counted(reached, 'asset')} on any way"
            paths = ways(graph, start, end) if start in graph and end in graph else None
            if paths is None:
                return names
            steps = _counted(paths.hops, "step")
            return f"{names} · {_counted(paths.count, 'shortest way')} of {steps}"


def more_or_less(view: MapView, more: int) -> MapView:
    """The same view with `more` hops, or fewer if `more` is negative."""
    if isinstance(view, Around):
        return replace(view, hops=max(1, min(view.hops + more, MOST_HOPS)))
    return view


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'s' * (number != 1)}"
