"""What is read for the verdicts: an odd value is never more than one clear error."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any

import pytest

from console.api import stale_queries
from console.api.documents import document
from console.domain.partitions.keys import PartitionKeys
from console.domain.staleness.lookups import GONE, Past, Point, RunFacts
from tests.unit.console.fake_server import FakeServer, data
from tests.unit.console.odd import Ask, demand_at_most_one_clear_error

if TYPE_CHECKING:
    from console.api.client import Client

KEY = ("raw", "a")
KEYS = PartitionKeys(("d1", "d2"))
TAGS = [
    {"key": "dagster/code_version", "value": "1"},
    {"key": "dagster/input_data_version/up", "value": "v"},
    {"key": "dagster/input_event_pointer/up", "value": "12"},
]
EVENT = {
    "__typename": "MaterializationEvent",
    "timestamp": "1700000000001",
    "runId": "r",
    "partition": "d1",
    "tags": TAGS,
}
HISTORY = {"__typename": "Asset", "assetEventHistory": {"cursor": "c", "results": [EVENT]}}
NODE = {
    "assetKey": {"path": list(KEY)},
    "isMaterializable": True,
    "opVersion": "1",
    "partitionDefinition": {"type": "TIME_WINDOW", "dimensionTypes": [{"name": "n"}]},
    "dependencies": [
        {
            "asset": {"assetKey": {"path": ["up"]}},
            "partitionMapping": {"className": "C", "description": "d"},
        }
    ],
}
CASES: dict[str, tuple[str, Ask, dict[str, Any]]] = {
    "lineage": ("lineage", stale_queries.lineage, {"assetNodes": [NODE]}),
    "made": (
        "made",
        lambda client: stale_queries.made(client, [KEY], [2], tags=True),
        {
            "assetNodes": [
                {"assetKey": {"path": list(KEY)}, "latestMaterializationByPartition": [EVENT, None]}
            ]
        },
    ),
    "provenances": (
        "made",
        lambda client: stale_queries.provenances(client, KEY, ["d1"]),
        {"assetNodes": [{"latestMaterializationByPartition": [EVENT]}]},
    ),
    "made whole": (
        "made_whole",
        lambda client: stale_queries.made_whole(client, [KEY]),
        {
            "assetNodes": [
                {
                    "assetKey": {"path": list(KEY)},
                    "dataVersion": "v",
                    "assetMaterializations": [EVENT],
                }
            ]
        },
    ),
    "newest events": (
        "history",
        lambda client: stale_queries.newest_events(client, KEY, 5),
        {"assetOrError": HISTORY},
    ),
    "observed": (
        "history",
        lambda client: stale_queries.observed(client, KEY, KEYS),
        {"assetOrError": HISTORY},
    ),
    "past": (
        "history",
        lambda client: stale_queries.past(client, KEY, KEYS, 9, 5),
        {"assetOrError": HISTORY},
    ),
    "points": (
        "pointers",
        lambda client: stale_queries.points(client, KEY, KEYS, [9]),
        {
            "assetOrError": {
                "__typename": "Asset",
                **{f"c{at}": {"results": [EVENT]} for at in range(10)},
            }
        },
    ),
    "run facts": (
        "run_facts",
        lambda client: stale_queries.run_facts(client, ["r", "s"]),
        {
            "runsOrError": {
                "__typename": "Runs",
                "results": [
                    {
                        "id": "r",
                        "startTime": 1.5,
                        "tags": [{"key": "dagster/partition", "value": "d1"}],
                    }
                ],
            }
        },
    ),
}


@pytest.mark.parametrize("name", CASES)
async def test_an_odd_value_anywhere_is_never_more_than_one_clear_error(
    name: str, server: FakeServer, client: Client
) -> None:
    await demand_at_most_one_clear_error(server, client, *CASES[name])


async def _answered(name: str, server: FakeServer, client: Client) -> Any:
    file, ask, answer = CASES[name]
    server.answer(document(file).name, data(answer))
    return await ask(client)


async def test_a_materialization_is_read_with_what_it_was_made_from(
    server: FakeServer, client: Client
) -> None:
    made = (await _answered("made", server, client))[KEY]
    assert list(made.times) == [1700000000001, 0]
    known = made.provenance(0)
    assert (known.code_version, known.inputs[("up",)].pointer) == ("1", 12)
    assert made.provenance(1) is None


async def test_a_list_of_another_length_is_left_out(server: FakeServer, client: Client) -> None:
    await _answered("made", server, client)
    assert await stale_queries.made(client, [KEY], [3], tags=True) == {}


async def test_a_pointer_is_asked_for_by_the_id_after_it(
    server: FakeServer, client: Client
) -> None:
    assert await _answered("points", server, client) == {9: Point(1700000000001, "r", 0)}
    cursor = server.asked[-1]["variables"]["c0"]
    assert b64decode(cursor) == b'{"type": "STORAGE_ID", "value": 10}'
    empty: dict[str, Any] = {f"c{at}": {"results": []} for at in range(10)}
    server.answer("Pointers", data({"assetOrError": {"__typename": "Asset", **empty}}))
    assert await stale_queries.points(client, KEY, KEYS, [9]) == {9: GONE}


async def test_a_past_that_was_read_to_its_end_is_complete(
    server: FakeServer, client: Client
) -> None:
    assert await _answered("past", server, client) == Past({0: None}, complete=True)
    assert (await stale_queries.past(client, KEY, KEYS, 9, 1)).complete is False


async def test_a_run_that_isnt_known_has_no_start(server: FakeServer, client: Client) -> None:
    found = await _answered("run facts", server, client)
    assert found == {"r": RunFacts(1500.0, single=True), "s": RunFacts(None, single=False)}
