"""Selections against Dagster's own parser and its meaning, on real graphs of assets."""

from __future__ import annotations

import random
import warnings
from functools import cache
from typing import TYPE_CHECKING

import pytest
from dagster import (
    AssetDep,
    AssetsDefinition,
    AssetSpec,
    DailyPartitionsDefinition,
    StaticPartitionsDefinition,
    TimeWindowPartitionMapping,
    multi_asset,
)
from dagster import (
    AssetKey as DagstersKey,
)
from dagster._core.definitions.antlr_asset_selection.antlr_asset_selection import (
    AntlrAssetSelectionParser,
)
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph as DagstersGraph
from hypothesis import example, given
from hypothesis import strategies as st

from console.domain.assets.graph import Asset, AssetGraph, PartitionsDefinition
from console.domain.selection.evaluation import (
    BadSelection,
    SelectionFacts,
    joined,
    select,
    select_some,
    written,
)
from console.domain.selection.syntax import (
    ATTRIBUTES,
    UNKNOWN_ATTRIBUTES,
    Both,
    Either,
    Ends,
    Like,
    Named,
    Node,
    Not,
    Reached,
    parse,
)

if TYPE_CHECKING:
    from dagster._core.definitions.assets.graph.base_asset_graph import BaseAssetNode

    from console.domain.assets.keys import AssetKey

NAMES = ("a", "ab", "b/a", "b/c", "c_1", "d", "sensor", "e/f/g")
ODD_NAMES = ("with blank", "x-y")
"""Dagster takes these where no asset of its own has them, nor is made from them."""
GROUPS, KINDS = ("raw", "raw_two", "gold", "sensor"), ("dbt", "python", "s3")
OWNERS, TAGS = ("a@b.com", "team:data"), (("tier", "1"), ("tier", "2"), ("bare", ""))
DAILY = DailyPartitionsDefinition("2026-01-01")
GRAPHS = 12


@cache
def graphs(seed: int) -> tuple[DagstersGraph, AssetGraph]:
    """A random graph as Dagster has it, and the console's of the same."""
    chance = random.Random(seed)
    names = chance.sample(NAMES + ODD_NAMES, 9)
    specs = [_spec(chance, names[:at], name) for at, name in enumerate(names)]
    made = [
        spec
        for spec in specs
        if chance.random() < 0.75 and spec.key.to_user_string() not in ODD_NAMES
    ]

    @multi_asset(specs=made, name=f"made_{seed}", can_subset=True)
    def assets(): ...  # type: ignore[no-untyped-def]  # Dagster reads a type as what is returned

    others = [AssetsDefinition(specs=[spec]) for spec in specs if spec not in made]
    dagsters = DagstersGraph.from_assets([assets, *others] if made else others)
    return dagsters, AssetGraph(
        {tuple(node.key.path): _asset(node) for node in dagsters.asset_nodes}
    )


def _spec(chance: random.Random, before: list[str], name: str) -> AssetSpec:
    deps = [AssetDep(_key(other)) for other in before if chance.random() < 0.3 and other in NAMES]
    daily = chance.random() < 0.4
    if daily and chance.random() < 0.3:
        earlier = TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)
        deps.append(AssetDep(_key(name), partition_mapping=earlier))
    static = StaticPartitionsDefinition(["x"]) if chance.random() < 0.2 else None
    return AssetSpec(
        _key(name),
        deps=deps,
        group_name=chance.choice(GROUPS),
        kinds=set(chance.sample(KINDS, chance.randint(0, 2))),
        owners=chance.sample(OWNERS, chance.randint(0, 2)),
        tags=dict(chance.sample(TAGS, chance.randint(0, 2))),
        partitions_def=DAILY if daily else static,
    )


def _key(name: str) -> DagstersKey:
    return DagstersKey(name.split("/"))


def _asset(node: BaseAssetNode) -> Asset:
    kind = {DailyPartitionsDefinition: "TIME_WINDOW", StaticPartitionsDefinition: "STATIC"}
    partitions = node.partitions_def
    return Asset(
        key=tuple(node.key.path),
        group=node.group_name,
        kinds=tuple(t.removeprefix("dagster/kind/") for t in node.tags if "/kind/" in t),
        owners=tuple(node.owners),
        tags=tuple(node.tags.items()),
        upstream=tuple(tuple(key.path) for key in node.parent_keys),
        downstream=tuple(tuple(key.path) for key in node.child_keys),
        partitions=PartitionsDefinition(kind[type(partitions)], "") if partitions else None,
        materializable=node.is_materializable,
    )


def dagsters_answer(text: str, graph: DagstersGraph, *, sources: bool) -> set[AssetKey] | None:
    """None where Dagster refuses."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            chosen = AntlrAssetSelectionParser(text, include_sources=sources).asset_selection
            return {tuple(key.path) for key in chosen.resolve_inner(graph, allow_missing=False)}
    except RecursionError:
        raise
    except Exception:
        return None


def ours(text: str, graph: AssetGraph, *, sources: bool = False) -> set[AssetKey] | None:
    try:
        return set(select(text, graph, sources=sources))
    except BadSelection:
        return None


PATTERNS = (*NAMES, *ODD_NAMES, "*", "a*", "*a", "b/*", "*c*", "none_such", "")
values = st.one_of(
    st.sampled_from((*PATTERNS, *GROUPS, *KINDS, *OWNERS, "tier", "1", "bare", "raw*", "time")),
    st.sampled_from(("static", "none", "external", "materializable", "dagster/kind/dbt")),
)


@st.composite
def attributes(draw: st.DrawFn) -> str:
    name = draw(
        st.sampled_from(("key", "key", "group", "kind", "owner", "partitions", "is", "tag"))
    )
    value = draw(values)
    form = draw(st.sampled_from((f'"{value}"', f'"{value}"', value, "<null>")))
    more = draw(st.sampled_from(("", '="1"', "=<null>", '=""'))) if name == "tag" else ""
    return f"{name}:{form}{more}"


def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    blank = st.sampled_from((" ", "", "  ", "\n"))
    walked = st.builds(
        "{}+{}+{}".format, st.sampled_from(("", "0", "1", "2")), inner, st.sampled_from(("", "1"))
    )
    return st.one_of(
        st.builds("({})".format, inner),
        st.builds("{0} and{2}{1}".format, inner, inner, blank),
        st.builds("{0} or{2}{1}".format, inner, inner, blank),
        st.builds("not {}".format, inner),
        st.builds("+{}".format, inner),
        st.builds("{}+".format, inner),
        walked,
        st.builds("({})+1".format, inner),
        st.builds("2+({})".format, inner),
        st.builds("{}({})".format, st.sampled_from(("sinks", "roots")), inner),
    )


texts = st.recursive(attributes() | st.just("*"), larger, max_leaves=6)
noise = st.lists(
    st.sampled_from(
        (
            *("and", "or", "not", "AND", "Or", "(", ")", "+", "*", "2", ":", "=", ",", " ", "\t"),
            *("key", "group", "sinks", "sensor", "<null>", '"a"', '"', "a", "ab", "-", ".", "@"),
            *("key:a", "kind:", "tag:", "é", "\\", "'", "a*", "is:", "external", "\x0b", "_", "/"),
        )
    ),
    max_size=9,
).map("".join)


@given(text=texts, seed=st.integers(0, GRAPHS - 1))
@example(text="not key:a and key:ab or key:d", seed=0)
@example(text="sinks(*)", seed=1)
@example(text="group:raw+", seed=2)
def test_a_selection_selects_what_it_selects_in_dagster(text: str, seed: int) -> None:
    theirs, graph = graphs(seed)
    assert ours(text, graph) == dagsters_answer(text, theirs, sources=False)


@given(text=texts.filter(lambda text: "+" not in text), seed=st.integers(0, GRAPHS - 1))
def test_with_sources_it_selects_those_too_as_dagster_does(text: str, seed: int) -> None:
    theirs, graph = graphs(seed)
    assert ours(text, graph, sources=True) == dagsters_answer(text, theirs, sources=True)


@given(text=noise, seed=st.integers(0, GRAPHS - 1))
@example(text="key:a+2or key:ab", seed=0)
@example(text="key:a-b", seed=0)
@example(text="key:*", seed=0)
@example(text="notkey:a", seed=0)
@example(text="key:a or2+key:b", seed=0)
def test_a_selection_that_dagster_refuses_is_refused_unless_a_name_is_written_bare(
    text: str, seed: int
) -> None:
    theirs, graph = graphs(seed)
    found, expected = ours(text, graph), dagsters_answer(text, theirs, sources=False)
    if found is not None and expected is None:
        assert _has_bare_name(parse(text))
    else:
        assert found == expected


def _has_bare_name(node: Node) -> bool:
    match node:
        case Named() | Like():
            return True
        case Both(left, right) | Either(left, right):
            return _has_bare_name(left) or _has_bare_name(right)
        case Not(child) | Reached(child) | Ends(child):
            return _has_bare_name(child)
        case _:
            return False


GRAPH = graphs(0)[1]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "nothing is selected; an asset, `group:name` or `status:failed` is expected"),
        ("gruop:raw", "no attribute `gruop:`; did you mean `group:`?"),
        ("key:x-y", '`x-y` must be quoted here: `key:"x-y"`'),
        ("kind:d*", '`d*` must be quoted here: `kind:"d*"`'),
        ("group:", '`group:` lacks its value; `group:name` or `group:"any name"` is expected'),
        ("key:d key:ab", "`and` or `or` is expected before `key:ab`"),
        ("key:d And key:ab", "`And` is written `and`"),
        ("key:d and", "an asset, `group:name` or `status:failed` is expected at the end"),
        ("(key:d or key:ab", "`(key:d or key:ab` lacks its `)`"),
        ("key:d)", "a `)` closes nothing"),
        ("d++", "`+` after a selection goes on nowhere; `x+` or `x+2` is expected"),
        ('"d"', '`"d"` is no selection; `key:"d"` is one'),
        ("status:fialed", "no status `fialed`; did you mean `failed`?"),
        ("status:late", "`status:late` is not known yet"),
        ("sensoor", "no asset `sensoor`; did you mean `sensor`?"),
        (
            "is:partitioned",
            "no value `partitioned` of `is:`; there are external and materializable",
        ),
        ("not " * 200 + "d", "a selection can't be nested more than 100 deep"),
    ],
)
def test_an_error_names_the_part_and_the_nearest_right_thing(text: str, sentence: str) -> None:
    with pytest.raises(BadSelection) as caught:
        select(text, GRAPH)
    assert str(caught.value) == sentence


def test_to_select_nothing_names_the_nearest_value_that_selects_something() -> None:
    with pytest.raises(BadSelection, match='selects no asset; did you mean `group:"gold"`'):
        select_some("group:golds+", GRAPH)
    with pytest.raises(BadSelection, match=r"selects no asset$"):
        select_some("d and not d", GRAPH)


def test_attributes_that_the_console_does_not_know_say_so() -> None:
    for name in UNKNOWN_ATTRIBUTES:
        with pytest.raises(BadSelection, match=f"`{name}:` is not known to the console"):
            select(f"{name}:x", GRAPH)
    assert not {*UNKNOWN_ATTRIBUTES} & {*ATTRIBUTES}


def test_a_status_selects_the_assets_that_have_it() -> None:
    facts = SelectionFacts(
        {("d",): frozenset({"failed", "missing"})}, frozenset({"failed", "stale"})
    )
    assert select("status:failed", GRAPH, facts) == (("d",),)
    assert select("status:FAILED and not status:stale", GRAPH, facts) == (("d",),)
    assert select("status:stale", GRAPH, facts) == ()


def test_a_bare_name_is_that_asset_and_a_star_in_it_anything() -> None:
    assert set(select("d or sensor", GRAPH)) == {("d",), ("sensor",)}
    assert select("sens*", GRAPH) == (("sensor",),)
    assert set(select("sensor+", GRAPH)) == set(select('key:"sensor"+', GRAPH))


parts = st.text(alphabet=st.sampled_from("ab/\\ *+()\"':=,<>\n.-2ndorté"), max_size=5)
keys = st.lists(
    st.lists(parts, min_size=1, max_size=3).map(tuple), min_size=1, max_size=5, unique=True
)


@given(keys=keys, data=st.data())
@example(keys=[("and",)], data=None)
@example(keys=[("not",), ("2",)], data=None)
@example(keys=[("*",), ("a/b",), ("a", "b")], data=None)
@example(keys=[("",)], data=None)
def test_any_key_can_be_written_so_that_it_selects_just_itself(
    keys: list[AssetKey], data: st.DataObject | None
) -> None:
    graph = AssetGraph({key: Asset(key) for key in keys})
    chosen = keys[:1] if data is None else data.draw(st.lists(st.sampled_from(keys), min_size=1))
    for key in keys:
        assert select(written(key), graph) == (key,)
    assert set(select(joined(chosen), graph)) == set(chosen)


def test_a_cycle_ends() -> None:
    a, b = (
        Asset(("a",), upstream=(("b",),), downstream=(("b",),)),
        Asset(("b",), upstream=(("a",),), downstream=(("a",),)),
    )
    graph = AssetGraph({("a",): a, ("b",): b})
    for text in ("+a+", "sinks(*)", "roots(*)", "a+3", "not a"):
        assert isinstance(select(text, graph), tuple)
