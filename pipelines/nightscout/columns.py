"""The columns of `raw.glucose_entries`: Nightscout's fields, in dlt's snake_case."""

from __future__ import annotations

from pipelines.nightscout.fields import KINDS
from pipelines.nightscout.quality import EXPECTED, faults
from pipelines.nightscout.records import UNCOUNTED, moment
from pipelines.raw.description import RawTable

GLUCOSE_ENTRIES = RawTable(
    name="glucose_entries",
    key="_id",
    moment="date",
    kinds=KINDS,
    as_moment=moment,
    audited=("_id", "sgv", "date"),
    faults=faults,
    expected=EXPECTED,
    uncounted=UNCOUNTED,
)
