"""Writers that ingest into one table of Nessie at the same time lose no row."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from pipelines.nightscout.columns import GLUCOSE_ENTRIES
from pipelines.raw.iceberg import raw_table, stored_rows
from tests.integration.lakehouse import Lakehouse
from tests.integration.test_writers import ROUNDS, WRITERS, Writer, inserted_at_once

if TYPE_CHECKING:
    from tests.stack.stack import Stack

pytestmark = pytest.mark.stack

NEWEST = datetime.now(UTC).date() - timedelta(days=200)


def test_four_ingests_at_once_lose_no_row_in_twenty_rounds(stack: Stack) -> None:
    days = [NEWEST - timedelta(days=back) for back in range(WRITERS * ROUNDS)]
    inserted: Counter[str] = Counter()
    with ExitStack() as started:
        writers = [Writer(started, stack.environment) for _ in range(WRITERS)]
        assert [writer.told() for writer in writers] == ["ready\n"] * WRITERS
        for at in range(0, len(days), WRITERS):
            inserted += inserted_at_once(writers, [[day] for day in days[at : at + WRITERS]])
    source = Lakehouse(stack.source_settings)
    expected = {entry["_id"]: entry["sgv"] for day in days for entry in source.readings(day)}
    rows = stored_rows(raw_table(stack.catalog, GLUCOSE_ENTRIES), days)
    assert {row["_id"]: row["sgv"] for row in rows} == expected
    assert len(rows) == len(expected) == sum(inserted.values())
