"""Partition keys that hold what a grammar means are launched byte for byte."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from console.domain.partitions.keys import PartitionKeys, parse_partitions, ranges_text
from console.exits import DONE
from console.headless.running import run_command
from console.options import read_options
from console.settings import Settings
from tests.launching.code import ADDED, ODD_KEYS, ODDER_KEYS
from tests.thoroughness import THOROUGH

if TYPE_CHECKING:
    from pathlib import Path

    from tests.launching.webserver import Webserver

pytestmark = pytest.mark.usefixtures("impatient")
LISTS = {"odd": ODD_KEYS, "odder": ODDER_KEYS}


def run(dagster: Webserver, folder: Path, *arguments: str) -> int:
    options = read_options([*arguments, "--url", dagster.url])
    return run_command(options, Settings(dagster.url, False, False, folder))


def targeted(dagster: Webserver, backfill: str, asset: str) -> set[str]:
    found = dagster.instance.get_backfill(backfill)
    assert found is not None
    assert found.asset_backfill_data is not None
    subset = found.asset_backfill_data.target_subset.get_partitions_subset(dg.AssetKey(asset))
    return set(subset.get_partition_keys())


CELLS = [(asset, key) for asset, keys in LISTS.items() for key in keys]


@pytest.mark.parametrize(("asset", "key"), CELLS if THOROUGH else CELLS[::2])
def test_the_key_that_is_named_is_launched_and_no_other(
    dagster: Webserver, tmp_path: Path, asset: str, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    dagster.instance.add_dynamic_partitions(ADDED.name or "", list(ODDER_KEYS))
    keys = LISTS[asset]
    written = ranges_text([keys.index(key)], keys)
    wanted = ("backfill", asset, "--partitions", written, "--yes", "--json", "--anyway")
    assert run(dagster, tmp_path, *wanted) == DONE
    told = json.loads(capsys.readouterr().out.splitlines()[0])
    assert [cell["partition"] for cell in told["cells"]] == [key]
    assert targeted(dagster, told["backfill"], asset) == {key}


@pytest.mark.parametrize("keys", LISTS.values())
def test_what_is_copied_is_pasted_as_the_same_cells(keys: tuple[str, ...]) -> None:
    listed = PartitionKeys(keys)
    for chosen in ([0], [1], [0, 2], list(range(len(keys)))):
        assert parse_partitions(ranges_text(chosen, keys), listed) == chosen
