"""What the map can show of the graph of assets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from console.domain.groups import Group, folded
from console.domain.keys import key_text
from console.domain.neighbourhood import Part, chosen, neighbourhood
from console.domain.selection import select
from console.domain.ways import ways

if TYPE_CHECKING:
    from console.domain.assets import AssetGraph
    from console.domain.keys import AssetKey
    from console.domain.selection import Facts

MOST_HOPS = 9


@dataclass(frozen=True, slots=True)
class Around:
    """What an asset is made from and what is made from it, so many hops far."""

    centre: AssetKey
    hops: int = 2


@dataclass(frozen=True, slots=True)
class Indented:
    """All that an asset is made from and all that is made from it, as a tree."""

    centre: AssetKey


@dataclass(frozen=True, slots=True)
class Folded:
    """The whole deployment, a box for each group that isn't unfolded."""

    unfolded: frozenset[Group] = frozenset()


@dataclass(frozen=True, slots=True)
class Between:
    """The shortest ways from one asset to another, or all that is on any way."""

    start: AssetKey
    end: AssetKey
    every: bool = False


@dataclass(frozen=True, slots=True)
class Selected:
    """What a text in Dagster's selection syntax selects."""

    text: str


View = Around | Indented | Folded | Between | Selected


def part_of(view: View, graph: AssetGraph, facts: Facts) -> Part:
    """What is drawn. Raises BadSelection; nothing is drawn where an asset is gone."""
    match view:
        case Around(centre, hops):
            return neighbourhood(graph, centre, hops) if centre in graph else Part()
        case Folded(unfolded):
            return folded(graph, unfolded)
        case Selected(text):
            return chosen(graph, select(text, graph, facts, sources=True))
        case Between(start, end, every):
            found = ways(graph, start, end) if start in graph and end in graph else None
            return chosen(graph, found.every if every else found.shortest) if found else Part()
        case Indented():
            return Part()


def title(view: View, part: Part, graph: AssetGraph) -> str:
    """What is drawn, in words."""
    shown, reached = len(part.nodes), part.reached
    match view:
        case Around(centre, hops):
            more = f" · the nearest {shown} of {reached}" if reached > shown else ""
            return f"{key_text(centre)} · {_counted(hops, 'hop')} around{more}"
        case Indented(centre):
            return f"{key_text(centre)} · tree"
        case Folded():
            return f"all {_counted(len(graph), 'asset')} by group"
        case Selected(text):
            more = f"the first {shown} of " if reached > shown else ""
            return f"{text} · {more}{_counted(reached, 'asset')}"
        case Between(start, end, every):
            names = f"{key_text(start)} → {key_text(end)}"
            if every:
                return f"{names} · {_counted(reached, 'asset')} on any way"
            found = ways(graph, start, end) if start in graph and end in graph else None
            if found is None:
                return names
            steps = _counted(found.hops, "step")
            return f"{names} · {_counted(found.count, 'shortest way')} of {steps}"


def more_or_less(view: View, more: int) -> View:
    """With so many hops more, or fewer."""
    if isinstance(view, Around):
        return replace(view, hops=max(1, min(view.hops + more, MOST_HOPS)))
    return view


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'s' * (number != 1)}"
