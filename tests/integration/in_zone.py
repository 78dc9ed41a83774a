"""`python -m tests.integration.in_zone DAY DAY…`: runs the chain for days of a zone in a home of its own.

Prints, as JSON, each day's hours and count in gold and the readings the API has for that day.
"""

from __future__ import annotations

import json
import sys
from datetime import date

from pipelines.settings import Settings
from pipelines.transform.prepare import prepare
from tests.integration.lakehouse import Lakehouse
from tests.integration.recomputed import values_of

DAYS = (
    "select strftime(reading_date, '%Y-%m-%d'), reading_count from gold.fct_daily_glucose_metrics"
)
HOURS = """
    select strftime(reading_date, '%Y-%m-%d'), list(distinct hour_of_day order by hour_of_day)
    from silver.fct_glucose_readings group by 1
"""


def main() -> None:
    days = [date.fromisoformat(text) for text in sys.argv[1:]]
    settings = Settings()
    prepare(settings)
    lakehouse = Lakehouse(settings)
    outcome = lakehouse.run(days[0], days[-1])
    told = {
        "success": outcome.success,
        "partitions": outcome.partitions("dlt_glucose_entries"),
        "counts": dict(lakehouse.warehouse(DAYS)),
        "hours": dict(lakehouse.warehouse(HOURS)),
        "served": {str(day): len(values_of(lakehouse.readings(day))) for day in days},
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
