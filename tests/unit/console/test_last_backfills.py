"""The last backfills and the next ticks on the overview."""

from __future__ import annotations

from console.api.client import Client
from console.domain.assets.keys import AssetKey
from console.domain.health import Health, Ticking
from console.domain.runs.run import Backfill
from console.domain.text import cells
from console.store.deployment import Deployment
from console.store.overview.last_backfills import LastBackfills
from console.widgets.overview.line import Frame
from console.widgets.overview.pictures import picture_lines
from tests.fake_dagster.assets import Asset
from tests.fake_dagster.partitions import daily
from tests.fake_dagster.runs import FakeBackfill
from tests.fake_dagster.server import FakeDagster
from tests.fake_dagster.world import root
from tests.unit.console.assets import deck_of, graph_of

NOW = 1_790_000_000.0
KEY = ("a", "b")


def _frame(width: int = 100) -> Frame:
    return Frame(deck_of(graph_of([("a", "b")]), []).overview, NOW, width, ascii_only=False)


def _text(frame: Frame) -> list[str]:
    return ["".join(text for text, _ in line.parts).strip() for line in picture_lines(frame, 20)]


async def test_the_ones_that_ended_last_are_read_and_those_under_way_are_not_among_them() -> None:
    asset = Asset("a", "g", NOW, daily(20, NOW))
    told: list[bool] = []
    backfills = [
        FakeBackfill(f"id{at}", "", status, NOW - at * 1_000, [asset], 5, 5, 0)
        for at, status in enumerate(["REQUESTED", *["COMPLETED_SUCCESS"] * 4, "FAILED"])
    ]
    with FakeDagster(root([asset], [], backfills, now=NOW)) as fake:
        client = Client(fake.url)
        watch = LastBackfills(Deployment(client), lambda: True, lambda: told.append(True))
        assert watch.interval == 0.0
        await watch.look()
        await client.close()
    assert [one.id for one in watch.found] == ["id1", "id2", "id3"]
    assert (told, bool(watch.interval)) == ([True], True)
    watch.one_ended()
    assert watch.interval == 0.0


def test_a_backfill_that_ended_says_how_and_leads_to_itself() -> None:
    counts: dict[AssetKey, tuple[int, int, int, int]] = {KEY: (31, 0, 28, 3)}
    ended = Backfill("x1", "COMPLETED_FAILED", "October", NOW - 900, NOW - 600, (KEY,), counts)
    frame = _frame()
    frame.overview.last_backfills.found = (ended,)
    (line,) = (line for line in picture_lines(frame, 9) if line.can_be_chosen)
    text = "".join(part for part, _ in line.parts)
    assert line.leads is not None
    assert line.leads.backfill == "x1"
    assert text.split()[:3] == ["✗", "October", "28/31"]
    assert "5m, 3 failed, completed failed" in text


def test_the_next_tick_of_each_schedule_is_told_soonest_first() -> None:
    frame = _frame()
    frame.overview.health = Health(
        ticking=(
            Ticking("late", "schedule", next_at=NOW + 7_200),
            Ticking("soon", "schedule", next_at=NOW + 3_600),
            Ticking("watch", "sensor"),
        )
    )
    assert "TICKS  schedules: soon in 1h · late in 2h" in _text(frame)


def test_both_fit_80_columns() -> None:
    frame = _frame(80)
    long = Backfill("x1", "COMPLETED_FAILED", "w" * 90, NOW - 900, NOW - 600, (KEY,), {})
    frame.overview.last_backfills.found = (long,)
    frame.overview.health = Health(ticking=(Ticking("t" * 90, "schedule", next_at=NOW + 60),))
    assert all(cells(text) < 80 for text in _text(frame))
