"""Odd days through the chain in random order: every row has one fate, and the sums agree.

`DAGDECK_ODD_DAYS` days (365 are a year) of the seed `DAGDECK_ODD_SEED`.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import pytest

from tests.integration.lakehouse import RECENT, Lakehouse
from tests.sources.odd_days import APART, COUNTS, GONE, OddDays, change, made
from tests.sources.server import Entries, serving
from tests.sources.test_fates import accept

DAYS = int(os.environ.get("DAGDECK_ODD_DAYS", "8"))
SEED = int(os.environ.get("DAGDECK_ODD_SEED", "1"))
LONGEST = max(2, min(31, DAYS // 3))


def ranges(days: Sequence[date], dice: random.Random) -> Iterator[tuple[date, date]]:
    """The days in ranges of random length and order."""
    parts, rest = [], list(days)
    while rest:
        length = dice.randint(1, LONGEST)
        parts.append((rest[0], rest[:length][-1]))
        rest = rest[length:]
    yield from dice.sample(parts, len(parts))


def fates(lakehouse: Lakehouse) -> dict[str, list[str]]:
    """Where each key is, in all of published, duplicate, quarantine and deleted."""
    found: dict[str, list[str]] = {}
    for name, table in (("published", "readings"), ("duplicate", "duplicates")):
        for (key,) in lakehouse.warehouse(f"select entry_id from silver.fct_glucose_{table}"):
            found.setdefault(key, []).append(name)
    for row in lakehouse.quarantine():
        found.setdefault(row["key"], []).append(APART)
    for row in lakehouse.raw([]):
        if row["deleted_at"]:
            found.setdefault(row["_id"], []).append(GONE)
    return found


def expected_of(fate: str) -> set[str]:
    return {"published", "duplicate"} if fate == COUNTS else {fate}


def run_all(lakehouse: Lakehouse, days: Sequence[date], dice: random.Random) -> None:
    """Runs all days, and at the end those anew that rows left after they had been run."""
    left: set[date] = set()
    for first, last in ranges(days, dice):
        left |= run(lakehouse, first, last)
        left -= {first + timedelta(days=i) for i in range((last - first).days + 1)}
    for day in sorted(left):
        assert not run(lakehouse, day, day)


def run(lakehouse: Lakehouse, first: date, last: date) -> set[date]:
    """Runs the chain; the days that it marks to be made again."""
    outcome = lakehouse.run(first, last)
    assert outcome.success, f"{first} to {last}: {outcome.why()}"
    return {
        date.fromisoformat(event.partition)
        for event in outcome.result.get_asset_materialization_events()
        if event.partition
        and "rows_left" in event.step_materialization_data.materialization.metadata
    }


def test_every_row_of_odd_days_in_random_order_has_one_fate_and_the_sums_agree(
    lakehouse: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(SEED)
    days = [RECENT - timedelta(days=3 + i) for i in range(DAYS)][::-1]
    odd = made(days, dice)
    entries = Entries(list(odd.sent.values()))
    with serving(entries) as server:
        monkeypatch.setenv("DAGDECK_NIGHTSCOUT_URL", server.url)
        for day in odd.held:
            assert accept(lakehouse, day=str(day), why="made so").success
        run_all(lakehouse, days, dice)
        demand_fates(lakehouse, odd)
        change(odd, days, dice)
        entries.sent = list(odd.sent.values())
        run_all(lakehouse, days, dice)
    demand_fates(lakehouse, odd)


def demand_fates(lakehouse: Lakehouse, odd: OddDays) -> None:
    found = fates(lakehouse)
    wrong = {
        key: (fate, found.get(key))
        for key, fate in odd.fates.items()
        if len(found.get(key, [])) != 1 or not set(found[key]) <= expected_of(fate)
    }
    assert not wrong, f"{len(wrong)} rows, such as {list(wrong.items())[:5]}"
    assert found.keys() == odd.fates.keys()
    counted = Counter(fate for fates in found.values() for fate in fates)
    assert sum(counted.values()) == len(odd.fates)
    gold = "select sum(reading_count) from gold.fct_daily_glucose_metrics"
    assert lakehouse.warehouse(gold) == [(counted["published"],)]
