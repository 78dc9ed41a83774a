from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from console.domain.freshness.policy import FreshnessVerdict
from console.domain.freshness.rhythm import Rhythm, rhythm
from console.domain.freshness.urgency import by_urgency, summary
from tests.unit.console.assets import graph_of, key, made

if TYPE_CHECKING:
    from random import Random

HOUR, DAY = 3600.0, 86_400.0
NOW = 1_795_000_000.0


@given(st.floats(120, 30 * DAY), st.integers(5, 60), st.randoms(use_true_random=False))
def test_regular_materializations_have_their_own_gap_as_rhythm(
    gap: float, count: int, random: Random
) -> None:
    times = [NOW + gap * at for at in range(count)]
    random.shuffle(times)
    found = rhythm(times)
    assert found is not None
    assert abs(found.usual - gap) < 1
    assert found.gaps == count - 1


@given(st.integers(1, 200), st.floats(0.1, 50))
def test_a_backfill_in_one_go_does_not_change_a_daily_rhythm(runs: int, apart: float) -> None:
    daily = [NOW + DAY * at for at in range(12)]
    backfill = [NOW + 5 * DAY + HOUR + apart * at for at in range(runs)]
    found = rhythm([*daily, *backfill])
    assert found is not None
    assert DAY * 0.9 < found.usual <= DAY


def test_the_runs_of_one_backfill_are_no_rhythm() -> None:
    assert rhythm([NOW + 10 * at for at in range(100)]) is None


def test_one_long_outage_is_not_the_rhythm() -> None:
    before = [NOW + DAY * at for at in range(10)]
    after = [NOW + DAY * (at + 15) for at in range(10)]
    found = rhythm([*before, *after])
    assert found is not None
    assert found.usual == DAY


def test_too_few_materializations_have_none() -> None:
    assert rhythm([]) is None
    assert rhythm([NOW, NOW + DAY, NOW + 2 * DAY]) is None
    assert rhythm([NOW + DAY * at for at in range(4)]) == Rhythm(DAY, 3)


@given(st.lists(st.floats(0, 4e9), max_size=80))
def test_a_rhythm_is_one_of_the_gaps_and_never_negative(times: list[float]) -> None:
    found = rhythm(times)
    assert found is None or 0 < found.usual <= max(times) - min(times)


def _found(**rhythms: Rhythm | None) -> list[tuple[str, bool]]:
    graph = graph_of([(name, "") for name in ("quick", "slow", "none")])
    statuses = {
        key("quick"): made("quick", NOW - 5 * HOUR),
        key("slow"): made("slow", NOW - 30 * HOUR),
        key("none"): made("none", NOW - 90 * HOUR),
    }
    known = {key(name): value for name, value in rhythms.items()}
    order = by_urgency(graph, statuses, NOW, known)
    return [(one.key[0], one.overdue(NOW)) for one in order]


def test_without_a_policy_the_age_in_own_rhythms_decides_and_else_the_age() -> None:
    assert _found(quick=Rhythm(HOUR, 9), slow=Rhythm(DAY, 9), none=None) == [
        ("quick", True),
        ("slow", False),
        ("none", False),
    ]


def test_the_summary_counts_what_is_overdue_by_its_own_rhythm() -> None:
    graph = graph_of([("quick", "")])
    statuses = {key("quick"): made("quick", NOW - 5 * HOUR)}
    found = by_urgency(graph, statuses, NOW, {key("quick"): Rhythm(HOUR, 9)})
    assert ("1 overdue by their rhythm", FreshnessVerdict.WARNING) in summary(found, NOW)
