"""Write, audit, publish: what fails on a branch never reaches `main`."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pipelines.nightscout.columns import GLUCOSE_ENTRIES
from pipelines.nightscout.load import load_days
from pipelines.raw import branches, publish
from pipelines.resources.lake import load_catalog
from tests.integration.lakehouse import DBT, INGEST, Lakehouse, settled_days
from tests.integration.reader import reading

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from pipelines.raw.description import Row
    from pipelines.raw.ingest import Loaded

ASSET = "dlt_glucose_entries"


def load(lakehouse: Lakehouse, days: list[date], run_id: str = "run") -> Loaded:
    return load_days(lakehouse.settings, days, run_id, lambda _line: None)


def refs(lakehouse: Lakehouse) -> set[str]:
    return set(lakehouse.table().metadata.refs)


def values(lakehouse: Lakehouse, days: list[date], branch: str = "main") -> dict[str, int | None]:
    return {row["_id"]: row["sgv"] for row in lakehouse.raw(days, branch=branch)}


def test_a_day_that_fails_stays_on_its_branch_and_the_others_are_published(
    lakehouse: Lakehouse,
) -> None:
    first, bad, last = settled_days(3)
    with lakehouse.spoiled(bad) as spoiled:
        outcome = lakehouse.run(first, last)
    assert lakehouse.raw([bad]) == []
    for day in (first, last):
        assert len(lakehouse.raw([day])) == len(lakehouse.readings(day))
        assert "held_back" not in outcome.metadata(ASSET, day)
    held = values(lakehouse, [bad], f"failed-{bad}")
    assert {row["key"] for row in lakehouse.quarantine()} == {each["_id"] for each in spoiled}
    told = outcome.metadata(ASSET, bad)
    assert told["held_back_branch"] == f"failed-{bad}"
    assert told["held_back_rows"] == len(held) == len(lakehouse.readings(bad)) - 20
    assert told["held_back"] == (
        f"days_are_usable: 20 of {len(held) + 20} are set apart (20 below 20 mg/dL)"
    )
    assert told["rows_inserted"] == 0
    assert refs(lakehouse) == {"main", f"failed-{bad}"}


def test_the_check_of_the_run_names_the_branch_and_stops_what_is_downstream(
    lakehouse: Lakehouse,
) -> None:
    (bad,) = settled_days(1)
    with lakehouse.spoiled(bad):
        outcome = lakehouse.run(bad)
    (failed,) = [
        check
        for check in outcome.result.get_asset_check_evaluations()
        if check.check_name == "days_are_usable"
    ]
    assert not failed.passed
    assert failed.metadata["held_back"].value == {str(bad): f"failed-{bad}"}
    assert outcome.partitions(ASSET) == [str(bad)]
    assert outcome.partitions("stg_glucose_entries") == []


def test_the_next_run_of_the_day_replaces_its_branch_or_drops_it(lakehouse: Lakehouse) -> None:
    first, bad = settled_days(2)
    one, other = lakehouse.readings(bad)[7:9]
    with lakehouse.spoiled(bad), lakehouse.wrong(one, 301):
        load(lakehouse, [first, bad])
    with lakehouse.spoiled(bad), lakehouse.wrong(other, 302):
        load(lakehouse, [bad])
    held = values(lakehouse, [bad], f"failed-{bad}")
    assert (held[one["_id"]], held[other["_id"]]) == (one["sgv"], 302)
    load(lakehouse, [bad])
    assert refs(lakehouse) == {"main"}
    assert len(lakehouse.raw([bad])) == len(lakehouse.readings(bad))
    shown = {entry.snapshot_id for entry in lakehouse.table().history()}
    assert {each.snapshot_id for each in lakehouse.table().snapshots()} == shown


def test_a_spoiled_day_leaves_main_and_what_is_made_from_it_as_they_were(
    lakehouse: Lakehouse,
) -> None:
    (day,) = settled_days(1)
    assert lakehouse.run(day).success
    before = lakehouse.everything()
    published = values(lakehouse, [day])
    with lakehouse.spoiled(day):
        assert not lakehouse.run(day).success
        assert lakehouse.run(day, assets=DBT).success
    assert values(lakehouse, [day]) == published
    assert lakehouse.everything() == before
    assert lakehouse.run(day, assets=INGEST).success
    assert refs(lakehouse) == {"main"}


def test_readers_of_main_see_all_of_a_run_or_nothing(lakehouse: Lakehouse) -> None:
    days = settled_days(6)
    whole = sum(len(lakehouse.readings(day)) for day in days)
    assert lakehouse.raw(days) == []
    with reading(lambda: len(lakehouse.raw(days))) as seen:
        load(lakehouse, days)
    assert seen | {whole} == {0, whole}


def before_the_audit(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Something happens once, between the writing of a run and its audit."""
    audit = publish._audit

    def overtaken(*arguments: Any) -> Any:
        monkeypatch.setattr(publish, "_audit", audit)
        happens()
        return audit(*arguments)

    monkeypatch.setattr(publish, "_audit", overtaken)


def test_a_run_that_another_overtook_merges_anew_and_loses_nothing(
    lakehouse: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = settled_days(2)
    catalog = load_catalog(lakehouse.settings)

    def rows(day: date, run_id: str) -> list[Row]:
        at, zone = datetime.now(UTC), lakehouse.settings.zone
        return [
            GLUCOSE_ENTRIES.as_row(entry, zone, at, run_id) for entry in lakehouse.readings(day)
        ]

    def overtake() -> None:
        publish.merge(catalog, GLUCOSE_ENTRIES, rows(theirs, "faster"), "faster")

    monkeypatch.setattr(publish, "TURN_SECONDS", 0.1)
    before_the_audit(monkeypatch, overtake)
    done = publish.merge(catalog, GLUCOSE_ENTRIES, rows(mine, "slower"), "slower")
    assert done.days[mine].inserted == len(lakehouse.readings(mine))
    for day in (mine, theirs):
        assert values(lakehouse, [day]).keys() == {r["_id"] for r in lakehouse.readings(day)}
    assert refs(lakehouse) == {"main"}


def test_two_that_drop_the_same_branch_at_once_both_succeed(lakehouse: Lakehouse) -> None:
    (bad,) = settled_days(1)
    with lakehouse.spoiled(bad):
        load(lakehouse, [bad])
    one, other = lakehouse.table(), lakehouse.table()
    branches.drop(one, {f"failed-{bad}"})
    branches.drop(other, {f"failed-{bad}"})
    assert refs(lakehouse) == {"main"}


def test_branches_that_no_run_replaces_are_dropped_in_the_end(
    lakehouse: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = settled_days(2)
    with lakehouse.spoiled(bad):
        load(lakehouse, [bad])
    load(lakehouse, [good])
    assert refs(lakehouse) == {"main", f"failed-{bad}"}
    monkeypatch.setitem(branches.KEPT, branches.FAILED, timedelta())
    load(lakehouse, [good - timedelta(days=2)])
    assert refs(lakehouse) == {"main"}
