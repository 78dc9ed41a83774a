import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.assets.graph import Asset, AssetGraph
from console.domain.assets.keys import AssetKey, UnknownAsset

EDGES = st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=14)


def _graph(edges: set[tuple[int, int]]) -> AssetGraph:
    """Seven assets named by numbers; an edge (a, b) makes b from a."""
    assets = [
        Asset(
            (str(key),),
            group="even" if key % 2 == 0 else "odd",
            upstream=tuple((str(a),) for a, b in sorted(edges) if b == key),
            downstream=tuple((str(b),) for a, b in sorted(edges) if a == key),
        )
        for key in range(7)
    ]
    return AssetGraph({asset.key: asset for asset in assets})


def _reached(edges: set[tuple[int, int]], start: int) -> set[AssetKey]:
    found: set[int] = set()
    waiting = [start]
    while waiting:
        at = waiting.pop()
        if at not in found:
            found.add(at)
            waiting += [b for a, b in edges if a == at]
    return {(str(key),) for key in found}


@given(EDGES)
def test_upstream_stands_before_downstream(edges: set[tuple[int, int]]) -> None:
    acyclic = {(a, b) for a, b in edges if a < b}
    order = _graph(acyclic).order
    assert all(order.index((str(a),)) < order.index((str(b),)) for a, b in acyclic)


@given(EDGES)
def test_the_order_holds_every_asset_once_even_with_cycles(edges: set[tuple[int, int]]) -> None:
    assert sorted(_graph(edges).order) == [(str(key),) for key in range(7)]


@given(EDGES, st.integers(0, 6))
def test_all_downstream_is_just_what_can_be_reached(
    edges: set[tuple[int, int]], start: int
) -> None:
    found = _graph(edges).all_downstream([(str(start),)])
    assert len(found) == len(set(found))
    assert set(found) == _reached(edges, start)


def test_an_asset_made_from_its_own_earlier_partitions_does_not_spoil_the_order() -> None:
    order = _graph({(6, 6), (6, 3), (3, 0)}).order
    assert order.index(("6",)) < order.index(("3",)) < order.index(("0",))


def test_neighbours_that_are_not_in_the_deployment_are_left_out() -> None:
    graph = AssetGraph({("a",): Asset(("a",), upstream=(("gone",),), downstream=(("gone",),))})
    assert graph.upstream(("a",)) == []
    assert graph.all_downstream([("a",)]) == [("a",)]
    assert graph.order == (("a",),)


def test_an_asset_is_found_by_how_its_key_is_written() -> None:
    graph = AssetGraph({("a/b", "c"): Asset(("a/b", "c"))})
    assert graph.find("a\\/b/c").key == ("a/b", "c")
    with pytest.raises(UnknownAsset, match="no asset `a/b/c`"):
        graph.find("a/b/c")
