"""Every raw table that a source describes."""

from pipelines.github.columns import GITHUB_USER_EVENTS
from pipelines.nightscout.columns import GLUCOSE_ENTRIES

RAW_TABLES = (GLUCOSE_ENTRIES, GITHUB_USER_EVENTS)
