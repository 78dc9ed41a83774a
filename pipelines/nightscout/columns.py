"""The columns of `raw.glucose_entries`: Nightscout's fields, and when and by whom a row came in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from dlt.common.schema.typing import TTableSchemaColumns

ENTRY_TYPES: dict[str, Literal["text", "bigint", "double"]] = {
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
}
"""dlt's type of each field a reading may have, under dlt's snake_case name."""

DLT_COLUMNS: TTableSchemaColumns = {
    name: {"name": name, "data_type": kind, "nullable": True} for name, kind in ENTRY_TYPES.items()
}
ENTRY_COLUMNS = tuple(ENTRY_TYPES)
KEY = "_id"
DAY = "partition_day"
"""The reading's day in the deployment's time zone; the Iceberg table is partitioned by it."""
