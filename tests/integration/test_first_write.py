"""Writers of a table that isn't there yet lose nothing, whoever makes it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from pipelines.nightscout.columns import GLUCOSE_ENTRIES
from pipelines.raw import publish
from pipelines.raw.iceberg import raw_table, stored_rows
from pipelines.resources.lake import load_catalog
from tests.thoroughness import rounds

if TYPE_CHECKING:
    from pipelines.raw.description import RawTable, Row
    from pipelines.settings import Settings
    from tests.integration.lakehouse import Lakehouse

WRITERS, ROUNDS = 4, rounds(20, 6)
FIRST_MOMENT = datetime(2026, 1, 1, 12, tzinfo=UTC)
DAY_MILLISECONDS = 86_400_000


def row_of(writer: int, settings: Settings) -> Row:
    """A row of a day of its own."""
    moment = int(FIRST_MOMENT.timestamp() * 1000) + writer * DAY_MILLISECONDS
    record = {"_id": f"of-{writer}", "sgv": 100 + writer, "date": moment}
    return GLUCOSE_ENTRIES.as_row(record, settings.zone, FIRST_MOMENT, f"writer-{writer}")


def first_writes(settings: Settings, described: RawTable) -> None:
    """Each writer has a catalog of its own, and all are let go at the same moment."""
    start = Barrier(WRITERS)

    def write(writer: int) -> None:
        catalog = load_catalog(settings)
        row = row_of(writer, settings)
        start.wait()
        publish.merge(catalog, described, [row], f"writer-{writer}")
        catalog.engine.dispose()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))


@pytest.mark.parametrize("waits", [True, False], ids=["in turn", "all at once"])
def test_four_writers_of_a_table_that_is_not_there_lose_no_row_in_any_round(
    lakehouse: Lakehouse, monkeypatch: pytest.MonkeyPatch, waits: bool
) -> None:
    if not waits:
        monkeypatch.setattr(publish, "turn", lambda *_: nullcontext())
    catalog = load_catalog(lakehouse.settings)
    expected = {f"of-{writer}": 100 + writer for writer in range(WRITERS)}
    for number in range(ROUNDS):
        described = replace(GLUCOSE_ENTRIES, name=f"first_write_{number}_{waits}".lower())
        first_writes(lakehouse.settings, described)
        rows = stored_rows(raw_table(catalog, described), ())
        assert {row["_id"]: row["sgv"] for row in rows} == expected
        assert len(rows) == WRITERS
        catalog.drop_table(described.identifier)
