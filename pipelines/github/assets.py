"""The asset of the raw GitHub events."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from pipelines.raw.assets import raw_asset
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.raw.ingest import Loaded


def _load(
    settings: Settings, days: Sequence[date], run_id: str, log: Callable[[str], None]
) -> "Loaded":
    from pipelines.github.load import load_days

    return load_days(settings, days, run_id, log)


dlt_github_user_events = raw_asset(
    "github_user_events",
    source="GitHub",
    group="github",
    load_days=_load,
    description="""The events of a GitHub user (Iceberg, upsert on id).

    GitHub serves 30 days and at most 300 events. A day before that keeps the rows it has, and the
    run says so; where there are none, the day fails with a sentence and the others are loaded.
    """,
)
