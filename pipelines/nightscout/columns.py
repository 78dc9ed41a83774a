"""The columns of `raw.glucose_entries`: Nightscout's fields, in dlt's snake_case."""

from __future__ import annotations

from datetime import UTC, datetime

from pipelines.nightscout.quality import faults
from pipelines.raw.description import RawTable


def _of_milliseconds(epoch: int) -> datetime:
    return datetime.fromtimestamp(epoch / 1000, UTC)


GLUCOSE_ENTRIES = RawTable(
    name="glucose_entries",
    key="_id",
    moment="date",
    kinds={
        "_id": "text",
        "type": "text",
        "sgv": "bigint",
        "date": "bigint",
        "date_string": "text",
        "trend": "bigint",
        "direction": "text",
        "device": "text",
        "utc_offset": "bigint",
        "sys_time": "text",
        "noise": "bigint",
        "filtered": "double",
        "unfiltered": "double",
        "rssi": "bigint",
        "delta": "double",
    },
    as_moment=_of_milliseconds,
    audited=("_id", "sgv", "date"),
    faults=faults,
)
