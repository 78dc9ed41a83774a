"""Days in any order, one by one or together, once or again, give the same tables."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from tests.integration.lakehouse import Lakehouse, settled_days

if TYPE_CHECKING:
    from datetime import date

DAYS = settled_days(4)


def shuffled(seed: int) -> list[date]:
    """The days in a seeded order, with one of them a second time."""
    dice = random.Random(seed)
    order = dice.sample(DAYS, len(DAYS))
    return [*order, dice.choice(order)]


@pytest.fixture(scope="module")
def in_one_run(session_lakehouse: Lakehouse) -> dict[str, list[tuple[object, ...]]]:
    session_lakehouse.forget()
    assert session_lakehouse.run(DAYS[0], DAYS[-1]).success
    return session_lakehouse.everything()


@pytest.mark.parametrize("order", [DAYS[::-1], shuffled(1)], ids=["newest first", "shuffled"])
def test_any_order_of_days_gives_the_tables_of_one_run(
    lakehouse: Lakehouse, in_one_run: dict[str, list[tuple[object, ...]]], order: list[date]
) -> None:
    lakehouse.forget()
    for day in order:
        assert lakehouse.run(day).success
    assert lakehouse.everything() == in_one_run


def test_a_correction_before_midnight_reaches_the_day_after(
    lakehouse: Lakehouse, in_one_run: dict[str, list[tuple[object, ...]]]
) -> None:
    """Run with a wrong last reading, then corrected: only the corrected day is run again."""
    lakehouse.forget()
    last = lakehouse.readings(DAYS[1])[0]
    lakehouse.correct(last["_id"], 399)
    assert lakehouse.run(DAYS[0], DAYS[-1]).success
    assert lakehouse.everything() != in_one_run
    lakehouse.correct(last["_id"], last["sgv"])
    assert lakehouse.run(DAYS[1]).success
    assert lakehouse.everything() == in_one_run
