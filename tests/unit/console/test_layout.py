from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.asset_map.edge_drawing import DOWN, LEFT, RIGHT, UP
from console.domain.asset_map.edge_routing import Net, tracks
from console.domain.asset_map.layers import TooTangled, layered
from console.domain.asset_map.layout import Layout, lay_out, step
from console.domain.asset_map.neighbourhood import MOST_BOXES, neighbourhood
from console.domain.assets.keys import short_name
from tests.unit.console.assets import graph_of, key

if TYPE_CHECKING:
    from console.domain.assets.keys import AssetKey

CHAIN = [("dlt", "stg"), ("stg", "fct"), ("fct", "daily"), ("fct", "mrt"), ("daily", "overview")]


def _laid_out(edges: list[tuple[str, str]]) -> Layout:
    keys = list(dict.fromkeys(key(name) for edge in edges for name in edge))
    return lay_out(keys, [(key(a), key(b)) for a, b in edges], dict.fromkeys(keys, 10))


@st.composite
def _graphs(draw: st.DrawFn) -> list[tuple[str, str]]:
    count = draw(st.integers(2, 12))
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    chosen = draw(st.sets(pairs.filter(lambda pair: pair[0] < pair[1]), min_size=1, max_size=25))
    return [(f"a{a}", f"a{b}") for a, b in sorted(chosen)]


def _walk(layout: Layout, start: AssetKey, end: AssetKey) -> bool:
    """Whether the drawn cells lead from one box's dock to the other's arrow head."""
    lines = layout.lines
    rows = {y: lines.cells(y, 0, layout.width) for y in range(layout.height)}
    box, target = layout.boxes[start], layout.boxes[end]
    waiting, seen = [(box.right, box.y + 1)], set()
    while waiting:
        x, y = waiting.pop()
        if (x, y) in seen:
            continue
        seen.add((x, y))
        bits = rows[y].get(x, 0)
        for bit, dx, dy in ((UP, 0, -1), (DOWN, 0, 1), (LEFT, -1, 0), (RIGHT, 1, 0)):
            if bits & bit:
                waiting.append((x + dx, y + dy))
    return (target.x - 1, target.y + 1) in seen


@given(_graphs())
def test_every_edge_is_drawn_from_its_source_to_its_target(edges: list[tuple[str, str]]) -> None:
    layout = _laid_out(edges)
    for a, b in edges:
        assert _walk(layout, key(a), key(b))
        assert layout.boxes[key(b)].x - 1 in layout.arrows[layout.boxes[key(b)].y + 1]


@given(_graphs())
def test_upstream_stands_left_of_downstream(edges: list[tuple[str, str]]) -> None:
    boxes = _laid_out(edges).boxes
    assert all(boxes[key(a)].right < boxes[key(b)].x for a, b in edges)


@given(_graphs())
def test_no_box_covers_another_box_or_a_line(edges: list[tuple[str, str]]) -> None:
    layout = _laid_out(edges)
    covered: set[tuple[int, int]] = set()
    for box in layout.boxes.values():
        cells = {(x, y) for x in range(box.x, box.right + 1) for y in range(box.y, box.bottom + 1)}
        assert not cells & covered
        covered |= cells
    lines = {(x, y) for y in range(layout.height) for x in layout.lines.cells(y, 0, layout.width)}
    docks = {(box.right, box.y + 1) for box in layout.boxes.values()}
    assert (lines & covered) <= docks


@given(_graphs())
def test_the_lines_of_one_asset_lead_to_its_neighbours_only(edges: list[tuple[str, str]]) -> None:
    layout = _laid_out(edges)
    for name in {name for edge in edges for name in edge}:
        ends = {
            (link.end, link.to)
            for link in (
                *layout._into(layout.numbers[key(name)]),
                *layout._out_of(layout.numbers[key(name)]),
            )
        }
        heads = {(box.x - 1, box.y + 1): found for found, box in layout.boxes.items()}
        reached = {heads[end] for end in ends if end in heads}
        wanted = {key(b) for a, b in edges if a == name}
        wanted |= {key(name)} if any(b == name for _, b in edges) else set()
        assert reached == wanted


def test_a_straight_chain_is_drawn_in_one_row() -> None:
    boxes = _laid_out([("a", "b"), ("b", "c"), ("c", "d")]).boxes
    assert {box.y for box in boxes.values()} == {0}


def test_a_source_stands_just_before_what_it_leads_to() -> None:
    boxes = _laid_out([("a", "b"), ("b", "c"), ("late", "c")]).boxes
    assert boxes[key("late")].layer == boxes[key("b")].layer


def test_a_cycle_is_drawn_too() -> None:
    layout = _laid_out([("a", "b"), ("b", "c"), ("c", "b")])
    assert set(layout.boxes) == {key("a"), key("b"), key("c")}


def test_sweeps_undo_a_crossing() -> None:
    layers = layered(4, [(0, 3), (1, 2)])
    first, second = layers.layers
    assert [first.index(0), first.index(1)] == [second.index(3), second.index(2)]


def test_a_net_that_leaves_a_row_turns_before_the_one_that_enters_it() -> None:
    leaving, entering = Net(5, (0,)), Net(10, (5,))
    found = tracks([entering, leaving])
    assert found[1] is not None
    assert found[0] is not None
    assert found[1] < found[0]


def test_nets_apart_share_a_track_and_nets_that_meet_do_not() -> None:
    assert tracks([Net(0, (3,)), Net(10, (13,))]) == [0, 0]
    assert sorted(track or 0 for track in tracks([Net(0, (8,)), Net(4, (12,))])) == [0, 1]


def test_a_net_along_its_own_row_needs_no_track() -> None:
    assert tracks([Net(4, (4,))]) == [None]


def test_steps_go_by_edges_to_the_sides_and_by_place_up_and_down() -> None:
    layout = _laid_out([*CHAIN, ("other", "mrt")])
    joined = {a: [key(n) for e in CHAIN for n in e if a in e and n != a] for a in ("fct", "daily")}
    assert step(layout, key("fct"), "left", joined["fct"]) == key("stg")
    assert step(layout, key("daily"), "left", joined["daily"]) == key("fct")
    above = {"up": "down", "down": "up"}
    way = next(way for way in above if step(layout, key("daily"), way, []) is not None)
    there = step(layout, key("daily"), way, [])
    assert there == key("mrt")
    assert step(layout, key("mrt"), above[way], []) == key("daily")


def test_a_step_past_the_edge_stays() -> None:
    assert step(_laid_out(CHAIN), key("dlt"), "left", []) is None


def test_a_neighbourhood_counts_what_is_outside() -> None:
    near = neighbourhood(graph_of(CHAIN), key("stg"), 1)
    assert set(near.nodes) == {key("dlt"), key("stg"), key("fct")}
    assert near.outside == {key("fct"): (0, 2)}


def test_a_neighbourhood_has_no_siblings() -> None:
    near = neighbourhood(graph_of(CHAIN), key("daily"), 3)
    assert key("mrt") not in near.nodes


def test_a_neighbourhood_too_large_to_read_shows_the_nearest_and_how_many_there_are() -> None:
    graph = graph_of([("hub", f"leaf{at:04}") for at in range(2000)])
    near = neighbourhood(graph, key("hub"), 2)
    assert (len(near.nodes), near.reached) == (MOST_BOXES, 2001)
    assert near.outside is not None
    assert near.outside[key("hub")] == (0, 2001 - MOST_BOXES)


@pytest.mark.parametrize("width", [5, 12, 21, 40])
def test_a_short_name_fits_and_keeps_both_ends(width: int) -> None:
    name = short_name(key("fct_daily_glucose_metrics"), width)
    assert len(name) == min(width, 25)
    assert name[0] == "f"
    assert name[-1] == "s"


def test_a_short_name_drops_leading_parts_first() -> None:
    assert short_name(key("warehouse/silver/fct_readings"), 16) == "…/fct_readings"


def test_a_graph_too_tangled_to_be_followed_is_not_laid_out() -> None:
    nodes = range(400)
    edges = [(a, b) for a in nodes for b in nodes if a < b]
    with pytest.raises(TooTangled, match="too many long lines to draw"):
        lay_out(nodes, edges, dict.fromkeys(nodes, 10))
