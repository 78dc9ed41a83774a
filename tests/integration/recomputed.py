"""The marts' figures from the readings themselves, in plain Python: an independent opinion."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Figures = dict[str, Any]


def values_of(entries: Iterable[Mapping[str, Any]]) -> list[int]:
    """The plausible values, one for each device and moment."""
    unique = {(e["device"], e["date"]): e["sgv"] for e in entries if 20 <= e["sgv"] <= 600}
    return list(unique.values())


def percent(values: list[int], lowest: int, highest: int) -> float:
    return 100 * sum(lowest <= value <= highest for value in values) / len(values)


def day_figures(values: list[int]) -> Figures:
    mean = statistics.fmean(values)
    return {
        "reading_count": len(values),
        "avg_glucose_mg_dl": mean,
        "min_glucose_mg_dl": min(values),
        "max_glucose_mg_dl": max(values),
        "stddev_glucose_mg_dl": statistics.stdev(values),
        "coefficient_of_variation_pct": 100 * statistics.stdev(values) / mean,
        "time_in_range_pct": percent(values, 70, 180),
        "time_below_range_pct": percent(values, 0, 69),
        "time_above_range_pct": percent(values, 181, 1000),
        "gmi_pct": 3.31 + 0.02392 * mean,
    }


def overview(readings: Mapping[date, list[dict[str, Any]]]) -> list[Figures]:
    """`mrt_glucose_overview`: a row for each day that has readings."""
    days = {day: day_figures(values_of(entries)) for day, entries in readings.items() if entries}
    return [{"reading_date": day} | days[day] | compared(days, day) for day in sorted(days)]


def compared(days: Mapping[date, Figures], day: date) -> Figures:
    week = [days[d]["gmi_pct"] for d in (day - timedelta(days=i) for i in range(7)) if d in days]
    before = days.get(day - timedelta(days=1))
    return {
        "gmi_7_day_avg_pct": statistics.fmean(week),
        "avg_glucose_change_mg_dl": change(days[day], before, "avg_glucose_mg_dl"),
        "time_in_range_change_pct": change(days[day], before, "time_in_range_pct"),
    }


def change(today: Figures, before: Figures | None, name: str) -> float | None:
    return today[name] - before[name] if before else None


def hourly(readings: Mapping[date, list[dict[str, Any]]], zone: ZoneInfo) -> list[Figures]:
    """`mrt_glucose_hourly_patterns`: a row for each weekday and hour that has readings."""
    cells: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for entry in (entry for entries in readings.values() for entry in entries):
        local = datetime.fromtimestamp(entry["date"] / 1000, UTC).astimezone(zone)
        cells.setdefault((local.isoweekday(), local.hour), []).append(entry)
    return [
        {"day_of_week": weekday, "hour_of_day": hour} | hour_figures(values_of(entries))
        for (weekday, hour), entries in sorted(cells.items())
    ]


def hour_figures(values: list[int]) -> Figures:
    quartiles = (
        statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 else values * 3
    )
    return {
        "reading_count": len(values),
        "avg_glucose_mg_dl": statistics.fmean(values),
        "median_glucose_mg_dl": statistics.median(values),
        "p25_glucose_mg_dl": quartiles[0],
        "p75_glucose_mg_dl": quartiles[2],
        "time_in_range_pct": percent(values, 70, 180),
        "stddev_glucose_mg_dl": statistics.stdev(values) if len(values) > 1 else None,
    }
