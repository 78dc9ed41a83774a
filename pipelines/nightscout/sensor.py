"""Runs the chain for the day of each new reading, as soon as Nightscout has it."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import dagster as dg

from pipelines.operations.jobs import glucose_chain
from pipelines.resources.connections import Http
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.nightscout.newest import Newest


@dg.sensor(
    job=glucose_chain,
    minimum_interval_seconds=Settings().sensor_interval_seconds,
    default_status=dg.DefaultSensorStatus.STOPPED,
)
def nightscout_readings(
    context: dg.SensorEvaluationContext, http: Http
) -> dg.SensorResult | dg.SkipReason:
    """A run for the day of the newest reading, where that is newer than the cursor's.

    Off until somebody switches it on: a run each five minutes is more than a laptop wants.
    """
    from pipelines.nightscout.newest import newest_reading
    from pipelines.nightscout.source import address

    settings = Settings()
    with http.asker("Nightscout", address(settings)) as nightscout:
        newest = newest_reading(nightscout, settings, _known(context.cursor))
    if newest is None:
        return dg.SkipReason("Nightscout has no reading of the last 4 days.")
    if not newest.is_news:
        age = int((datetime.now(UTC) - newest.at).total_seconds())
        return dg.SkipReason(
            f"Nightscout's newest reading is still that of {newest.at:%H:%M:%S} UTC, {age} s old."
        )
    day = newest.at.astimezone(settings.zone).date().isoformat()
    request = dg.RunRequest(run_key=newest.at.isoformat(), partition_key=day)
    return dg.SensorResult(run_requests=[request], cursor=_cursor(newest))


def _cursor(newest: "Newest") -> str:
    return json.dumps({"at": newest.at.isoformat(), "last_modified": newest.last_modified})


def _known(cursor: str | None) -> "Newest | None":
    from pipelines.nightscout.newest import Newest

    if not cursor:
        return None
    stored = json.loads(cursor)
    return Newest(datetime.fromisoformat(stored["at"]), stored["last_modified"])
