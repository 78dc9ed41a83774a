"""`dagdeck status --bad`: what needs somebody, as text and as an object."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from console.domain.partitions.keys import PartitionKeys, product_of
from console.domain.status.needs import Judged, judged, needy
from console.domain.status.states import State
from tests.clock import dagdeck
from tests.fake_dagster.assets import Asset, Stretch
from tests.fake_dagster.partitions import daily
from tests.fake_dagster.runs import FakeRun
from tests.fake_dagster.server import FakeDagster
from tests.fake_dagster.world import root

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = time.time()
DAYS = daily(20, NOW)
LETTERS = {
    "M": State.MATERIALIZED,
    "F": State.FAILED,
    "-": State.MISSING,
    "S": State.STALE,
    "R": State.RUNNING,
}


def _judged(letters: str, *, by_time: bool, in_time: bool = False) -> Judged:
    texts = DAYS.keys if by_time else [f"k{at}" for at in range(20)]
    states = bytes(LETTERS[letter] for letter in letters)
    return judged(states, PartitionKeys(tuple(texts[: len(letters)])), in_time=in_time)


@pytest.mark.parametrize(
    ("letters", "by_time", "in_time", "missing", "not_begun", "not_due"),
    [
        ("---M-M", True, False, [4], 3, 0),
        ("---M-M", False, False, [0, 1, 2, 4], 0, 0),
        ("------", False, False, [], 6, 0),
        ("-F-MMM", True, False, [], 2, 0),
        ("MM--", True, False, [2, 3], 0, 0),
        ("MM--", True, True, [2], 0, 1),
        ("----", True, False, [], 4, 0),
        ("----", True, True, [], 4, 0),
        ("--R-", True, True, [], 3, 0),
        ("", True, True, [], 0, 0),
    ],
    ids=[
        *("gap", "no time", "no time, never made", "failed before", "late", "in time"),
        *("never made", "never made, in time", "first one runs", "none"),
    ],
)
def test_a_missing_cell_needs_somebody_after_the_first_materialization(
    letters: str, by_time: bool, in_time: bool, missing: list[int], not_begun: int, not_due: int
) -> None:
    found = _judged(letters, by_time=by_time, in_time=in_time)
    assert needy(found).get(State.MISSING, []) == missing
    assert (found.not_begun, found.not_due) == (not_begun, not_due)


@pytest.mark.parametrize("letter", ["-", "F"])
def test_an_asset_without_partitions_that_was_never_made_is_not_begun(letter: str) -> None:
    found = judged(bytes([LETTERS[letter]]), None, in_time=True)
    assert found.not_begun == (letter == "-")
    assert list(needy(found)) == ([State.FAILED] if letter == "F" else [])


@pytest.mark.parametrize("time_first", [True, False])
def test_of_two_dimensions_each_key_begins_by_itself(time_first: bool) -> None:
    days, cities = PartitionKeys(DAYS.keys[:4]), PartitionKeys(("Oslo", "Rome", "Wien"))
    cells = {"Oslo": "-M--", "Rome": "----", "Wien": "MM-M"}
    sides = (days, cities) if time_first else (cities, days)
    keys = product_of(*sides, 0 if time_first else 1)
    states = bytes(
        LETTERS[cells[names[1] if time_first else names[0]][days.position(names[not time_first])]]
        for names in (key.split("|") for key in keys.keys)
    )
    found = judged(states, keys, in_time=True)
    assert (found.not_begun, found.not_due) == (5, 1)
    day = days.keys[2]
    places = [f"{day}|Oslo", f"{day}|Wien"] if time_first else [f"Oslo|{day}", f"Wien|{day}"]
    assert [keys.keys[at] for at in needy(found)[State.MISSING]] == places


def test_failed_and_stale_cells_need_somebody_wherever_they_are() -> None:
    found = needy(_judged("F--SR", by_time=True, in_time=True))
    assert found == {State.FAILED: [0], State.STALE: [3]}


@pytest.fixture(scope="module")
def dagster() -> Iterator[FakeDagster]:
    """One asset is well, one has been failing since a run of today."""
    well = Asset("well", "g", NOW - 3_600, DAYS)
    stretches = (Stretch(0, 4, "-"), Stretch(8, 9, "-"), Stretch(12, 13, "F"))
    ill = Asset("ill", "g", NOW - 3_600, DAYS, stretches=stretches)
    failed = FakeRun("7c1f0000", "FAILURE", NOW - 600, [ill], 12, 13, cause="KeyError: 'sgv'")
    with FakeDagster(root([well, ill], [failed], now=NOW)) as made:
        yield made


def _status(dagster: FakeDagster, folder: Path, *arguments: str) -> str:
    clean = {name: text for name, text in os.environ.items() if not name.startswith("DAGDECK_")}
    done = subprocess.run(
        [*dagdeck(), "status", "--url", dagster.url, "--bad", *arguments],
        env={**clean, "DAGDECK_HOME": str(folder), "DAGDECK_CONFIG": str(folder / "none")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_ranges_and_the_newest_cause_of_what_is_bad_are_told(
    dagster: FakeDagster, tmp_path: Path
) -> None:
    days = DAYS.keys
    (told,) = json.loads(_status(dagster, tmp_path, "--json"))["assets"]
    assert told["key"] == ["ill"]
    assert told["bad"] == {
        "failed": {"count": 2, "partitions": f"[{days[12]}...{days[13]}]"},
        "missing": {"count": 2, "partitions": f"[{days[8]}...{days[9]}]"},
    }
    assert told["not_begun"] == 5
    assert "KeyError" in told["cause"]


def test_the_text_ends_with_the_sum_and_tells_apart_what_was_not_begun(
    dagster: FakeDagster, tmp_path: Path
) -> None:
    lines = _status(dagster, tmp_path).splitlines()
    assert lines[0] == "ill"
    assert any(line.split()[:2] == ["failed", "2"] for line in lines)
    assert lines[-1] == ("1 of 2 assets need somebody · 2 failed · 2 missing · 5 not begun")


def test_partitions_are_counted_with_their_states(dagster: FakeDagster, tmp_path: Path) -> None:
    dagster.asked.clear()
    _status(dagster, tmp_path)
    assert "Statuses" in dagster.asked
    assert "PartitionCounts" not in dagster.asked


def test_a_selection_without_anything_bad_says_so(dagster: FakeDagster, tmp_path: Path) -> None:
    assert _status(dagster, tmp_path, "well") == "nothing is bad in 1 asset\n"
    assert json.loads(_status(dagster, tmp_path, "well", "--json")) == {"assets": []}
