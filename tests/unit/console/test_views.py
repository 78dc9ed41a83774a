"""The parts of a graph that the map shows, on graphs with circles and without."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from console.domain.asset_map.groups import Group, ambiguous, folded, group_of, members
from console.domain.asset_map.layout import lay_out
from console.domain.asset_map.neighbourhood import MOST_CHOSEN, chosen, neighbourhood
from console.domain.asset_map.paths import ways
from console.domain.asset_map.tree import MOST_LINES, downstream_tree, upstream_tree
from console.domain.asset_map.views import (
    Around,
    Between,
    Folded,
    Indented,
    MapView,
    Selected,
    part_of,
    title,
)
from console.domain.assets.graph import Asset, AssetGraph
from console.domain.selection.evaluation import SelectionFacts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.domain.assets.keys import AssetKey

Edges = set[tuple[int, int]]
numbers = st.integers(0, 7)
edges_of_any_kind: st.SearchStrategy[Edges] = st.sets(st.tuples(numbers, numbers), max_size=16)


def _key(number: int) -> AssetKey:
    return (f"a{number}",)


def _graph(edges: Iterable[tuple[int, int]], count: int = 8) -> AssetGraph:
    up: dict[int, list[AssetKey]] = {}
    down: dict[int, list[AssetKey]] = {}
    for a, b in edges:
        up.setdefault(b, []).append(_key(a))
        down.setdefault(a, []).append(_key(b))
    return AssetGraph(
        {
            _key(at): Asset(
                _key(at),
                group=f"g{at % 3}",
                upstream=tuple(up.get(at, ())),
                downstream=tuple(down.get(at, ())),
            )
            for at in range(count)
        }
    )


def _simple_ways(edges: Edges, start: int, end: int) -> list[list[int]]:
    """Every way without a repetition."""
    found, waiting = [], [[start]]
    while waiting:
        way = waiting.pop()
        if way[-1] == end:
            found.append(way)
            continue
        waiting += [[*way, b] for a, b in edges if a == way[-1] and b not in way]
    return found


@given(edges=edges_of_any_kind, start=numbers, end=numbers)
@example(edges={(0, 1), (0, 2), (1, 3), (2, 3)}, start=0, end=3)
@example(edges={(0, 1), (0, 2), (1, 3), (2, 3)}, start=3, end=0)
def test_the_ways_are_all_shortest_ones_and_all_that_lies_on_any(
    edges: Edges, start: int, end: int
) -> None:
    found = ways(_graph(edges), _key(start), _key(end))
    there, back = _simple_ways(edges, start, end), _simple_ways(edges, end, start)
    if not there and not back:
        assert found is None
        return
    assert found is not None
    every = there or back
    least = min(len(way) for way in every)
    shortest = [way for way in every if len(way) == least]
    assert (found.hops, found.count) == (least - 1, len(shortest))
    assert found.shortest == {_key(node) for way in shortest for node in way}
    assert found.every >= {_key(node) for way in every for node in way}
    assert found.start == _key(every[0][0])


@given(edges=edges_of_any_kind, start=numbers)
def test_a_tree_has_each_asset_that_is_reached_and_follows_it_once(
    edges: Edges, start: int
) -> None:
    graph = _graph(edges)
    tree = downstream_tree(graph, _key(start))
    reached = set(graph.all_downstream([_key(start)])) - {_key(start)}
    followed = [line.key for line in tree.lines if not line.repeated]
    assert sorted(followed) == sorted(reached)
    assert tree.more == 0
    for above, below in pairwise(tree.lines):
        assert len(below.last) <= len(above.last) + 1
        if len(below.last) > len(above.last):
            assert not above.repeated
            assert below.key in graph.downstream(above.key)


@given(edges=edges_of_any_kind, start=numbers)
def test_the_trees_up_and_down_mirror_each_other(edges: Edges, start: int) -> None:
    up = upstream_tree(_graph(edges), _key(start))
    down = downstream_tree(_graph((b, a) for a, b in edges), _key(start))
    assert {line.key for line in up.lines} == {line.key for line in down.lines}


@given(edges=edges_of_any_kind, unfolded=st.sets(st.integers(0, 2)))
def test_folding_keeps_every_edge_between_boxes(edges: Edges, unfolded: set[int]) -> None:
    graph = _graph(edges)
    open_groups = {Group(f"g{at}", "") for at in unfolded}
    part = folded(graph, open_groups)
    place = {
        key: key if group_of(graph, key) in open_groups else group_of(graph, key)
        for key in graph.assets
    }
    assert set(part.nodes) == set(place.values())
    between = {(place[_key(a)], place[_key(b)]) for a, b in edges}
    assert set(part.edges) == {(a, b) for a, b in between if a != b}


@given(edges=edges_of_any_kind)
def test_every_edge_of_a_circle_has_its_arrow_head(edges: Edges) -> None:
    part = folded(_graph(edges), [Group(f"g{at}", "") for at in range(3)])
    layout = lay_out(part.nodes, part.edges, dict.fromkeys(part.nodes, 10))
    assert set(layout.boxes) == set(part.nodes)
    for a, b in part.edges:
        source, target = layout.boxes[a], layout.boxes[b]
        assert source.layer != target.layer
        onwards = source.layer < target.layer
        head = target.x - 1 if onwards else target.right + 1
        assert layout.arrows[target.y + 1][head] is onwards
        assert head in layout.lines.cells(target.y + 1, 0, layout.width)


def test_a_group_of_two_code_locations_is_two_groups() -> None:
    assets = [Asset((name,), group="raw", location=name) for name in ("here", "there")]
    graph = AssetGraph({asset.key: asset for asset in assets})
    assert ambiguous(members(graph)) == {"raw"}
    assert len(folded(graph, ()).nodes) == 2


def test_a_view_says_what_it_shows() -> None:
    graph = _graph({(0, 1), (0, 2), (1, 3), (2, 3), (3, 4)})
    shown: dict[str, MapView] = {
        "a3 · 1 hop around": Around(_key(3), 1),
        "a3 · tree": Indented(_key(3)),
        "all 8 assets by group": Folded(),
        "a0 → a4 · 2 shortest ways of 3 steps": Between(_key(0), _key(4)),
        "a0 → a4 · 5 assets on any way": Between(_key(0), _key(4), every=True),
        "a1+ · 3 assets": Selected("a1+"),
    }
    for words, view in shown.items():
        assert title(view, part_of(view, graph, SelectionFacts()), graph) == words


def test_a_view_of_an_asset_that_is_gone_draws_nothing() -> None:
    graph = _graph(set())
    for view in (Around(("gone",)), Between(("gone",), _key(1)), Indented(("gone",))):
        assert part_of(view, graph, SelectionFacts()).nodes == ()


def test_the_first_of_too_many_assets_are_drawn() -> None:
    graph = _graph((), MOST_CHOSEN + 5)
    part = chosen(graph, graph.order)
    assert (len(part.nodes), part.reached) == (MOST_CHOSEN, MOST_CHOSEN + 5)
    assert "the first 2000 of 2005 assets" in title(Selected("*"), part, graph)


@pytest.mark.parametrize("shape", ["chain", "circle", "star", "ladder"])
def test_ten_thousand_assets_of_any_shape_do_not_hang(shape: str) -> None:
    count = 10_000
    shapes = {
        "chain": [(at, at + 1) for at in range(count - 1)],
        "circle": [(at, (at + 1) % count) for at in range(count)],
        "star": [(0, at) for at in range(1, count)],
        "ladder": [(at, at + step) for at in range(count - 2) for step in (1, 2)],
    }
    graph = _graph(shapes[shape], count)
    started = time.monotonic()
    neighbourhood(graph, _key(count // 2), 9)
    tree = downstream_tree(graph, _key(0))
    assert len(tree.lines) == MOST_LINES
    assert len({line.key for line in tree.lines}) + tree.more == count - 1
    assert ways(graph, _key(0), _key(count - 1)) is not None
    part_of(Selected("sinks(+a5000+)"), graph, SelectionFacts())
    part = folded(graph, ())
    lay_out(part.nodes, part.edges, dict.fromkeys(part.nodes, 10))
    assert time.monotonic() - started < 10
