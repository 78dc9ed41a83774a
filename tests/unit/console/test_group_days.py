"""The last days of a group of assets."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from console.domain.grid.group_days import GroupDays, group_days, last_days
from console.domain.partitions.keys import PartitionKeys, product_of
from console.domain.status.needs import judged
from console.domain.status.states import State

M, N, F, S = State.MATERIALIZED, State.MISSING, State.FAILED, State.STALE
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC).timestamp()
DAYS = PartitionKeys(
    tuple((date(2026, 11, 1) + timedelta(days=at)).isoformat() for at in range(20))
)
HOURS = PartitionKeys(
    tuple(f"{datetime(2026, 11, 18) + timedelta(hours=at):%Y-%m-%d-%H:00}" for at in range(24 * 3))
)
LAST = last_days(NOW, 4)


def test_the_days_end_with_today() -> None:
    assert LAST == ("2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20")


def test_each_day_has_its_worst_cell_and_what_is_made_counts_as_done() -> None:
    one, other = bytes([M] * 18 + [F, M]), bytes([M] * 17 + [S, M, M])
    assert group_days([(DAYS, one), (DAYS, other)], LAST) == GroupDays(bytes([M, S, F, M]), 7, 8)


def test_hours_are_gathered_by_day() -> None:
    states = bytes([M] * 30 + [F] + [M] * 41)
    assert group_days([(HOURS, states)], LAST) == GroupDays(bytes([0, M, F, M]), 71, 72)


def test_what_was_never_begun_does_not_count() -> None:
    states = bytes([N] * 18 + [M, N])
    cells = judged(states, DAYS).cells
    assert group_days([(DAYS, cells)], LAST) == GroupDays(bytes([0, 0, M, N]), 1, 2)


def test_two_dimensions_have_the_worst_of_their_keys() -> None:
    keys = product_of(PartitionKeys(("Oslo", "Rome")), DAYS, 1)
    states = bytearray([M] * 40)
    states[39] = F
    assert group_days([(keys, bytes(states))], LAST) == GroupDays(bytes([M, M, M, F]), 3, 4)


def test_months_and_names_have_no_days() -> None:
    months = PartitionKeys(("2026-09-01", "2026-10-01", "2026-11-01"))
    assert group_days([(months, bytes([M] * 3))], LAST) is None
    assert group_days([(PartitionKeys(("Oslo", "Rome")), bytes([M] * 2))], LAST) is None
    assert group_days([], LAST) is None
