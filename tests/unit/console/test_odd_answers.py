"""A null, or a value of an odd kind, costs that value and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.api import queries
from console.api.documents import document
from tests.unit.console.fake_server import FakeServer, data
from tests.unit.console.odd import demand_at_most_one_clear_error, paths, with_odd

if TYPE_CHECKING:
    from console.api.client import Client
from tests.unit.console.odd_answers import ANYWHERE, CASES, KEY, asset


def _within(path: tuple[str | int, ...], prefixes: tuple[str, ...]) -> bool:
    text = "/".join(map(str, path))
    return any(text == prefix or text.startswith(f"{prefix}/") for prefix in prefixes)


@pytest.mark.parametrize("name", CASES)
async def test_an_odd_value_leaves_what_stands_beside_it_as_it_was(
    name: str, server: FakeServer, client: Client
) -> None:
    file, ask, answer, beside = CASES[name]
    operation = document(file).name
    server.answer(operation, data(answer))
    whole = await ask(client)
    assert whole
    places = [path for path in paths(answer) if _within(path, beside)]
    assert places
    for path in places:
        server.answer(operation, data(with_odd(answer, path, None)))
        assert await ask(client) == whole, path


@pytest.mark.parametrize("name", ANYWHERE)
async def test_an_odd_value_anywhere_is_never_more_than_one_clear_error(
    name: str, server: FakeServer, client: Client
) -> None:
    await demand_at_most_one_clear_error(server, client, *ANYWHERE[name])


@pytest.mark.parametrize("materializable_first", [True, False])
async def test_a_key_in_several_locations_prefers_the_materializable_one(
    server: FakeServer, client: Client, materializable_first: bool
) -> None:
    made = {**asset("a"), "groupName": "made"}
    stub = {
        **asset("a"),
        "groupName": "stub",
        "isMaterializable": False,
        "isPartitioned": False,
        "partitionDefinition": None,
    }
    nodes = [made, stub] if materializable_first else [stub, made]
    server.answer("Structure", data({"assetNodes": nodes}))
    graph = (await queries.structure(client)).graph
    assert list(graph.assets) == [KEY]
    assert graph[KEY].group == "made"
    assert graph[KEY].partitions is not None


async def test_keys_that_read_alike_when_joined_are_two_assets(
    server: FakeServer, client: Client
) -> None:
    paths = [["a/b"], ["a", "b"], ["a", "b", ""], [""]]
    nodes = [{**asset("x"), "assetKey": {"path": path}} for path in paths]
    server.answer("Structure", data({"assetNodes": nodes}))
    graph = (await queries.structure(client)).graph
    assert set(graph.assets) == {tuple(path) for path in paths}
    assert len({asset.name for asset in graph.assets.values()}) == len(paths)


async def test_a_location_that_does_not_load_says_its_root(
    server: FakeServer, client: Client
) -> None:
    cause = {
        "message": "  File \"/x/defs.py\", line 3\n    a = (\n        ^\nSyntaxError: '(' was never closed\n",
        "className": "SyntaxError",
        "cause": None,
    }
    error = {
        "__typename": "PythonError",
        "message": "DagsterUserCodeLoadError: Error occurred during the loading of Dagster definitions in\n",
        "className": "DagsterUserCodeLoadError",
        "cause": cause,
    }
    entry = {"name": "broken", "locationOrLoadError": error}
    workspace = {"__typename": "Workspace", "locationEntries": [entry]}
    server.answer("Structure", data({"assetNodes": [], "workspaceOrError": workspace}))
    structure = await queries.structure(client)
    assert structure.load_errors == {"broken": "SyntaxError: '(' was never closed"}
