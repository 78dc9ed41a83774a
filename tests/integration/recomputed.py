"""The marts' figures from the readings themselves, in plain Python: an independent opinion."""

from __future__ import annotations

import statistics
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from zoneinfo import ZoneInfo

Figures = dict[str, Any]


def values_of(entries: Iterable[Mapping[str, Any]]) -> list[int]:
    """The plausible values, one for each device and moment."""
    unique = {(e["device"], e["date"]): e["sgv"] for e in entries if 20 <= e["sgv"] <= 600}
    return list(unique.values())


def percent(values: list[int], lowest: int, highest: int) -> float:
    return 100 * sum(lowest <= value <= highest for value in values) / len(values)


def slots_of(entries: Iterable[Mapping[str, Any]]) -> int:
    return len({e["date"] // 300_000 for e in entries if 20 <= e["sgv"] <= 600})


def activity(entries: list[dict[str, Any]]) -> Figures:
    """How much of a day of 24 hours there is, of a day that is over."""
    slots = slots_of(entries)
    return {
        "active_pct": 100 * slots / 288,
        "is_representative": slots >= 0.7 * 288,
        "is_partial": False,
    }


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
        "time_below_54_pct": percent(values, 0, 53),
        "time_above_250_pct": percent(values, 251, 1000),
    }


def overview(readings: Mapping[date, list[dict[str, Any]]]) -> list[Figures]:
    """`mrt_glucose_overview`: a row for each day that has readings."""
    full = {day: entries for day, entries in readings.items() if entries}
    days = {day: day_figures(values_of(entries)) for day, entries in full.items()}
    return [
        {"reading_date": day} | days[day] | activity(full[day]) | compared(full, days, day)
        for day in sorted(days)
    ]


def of_window(
    readings: Mapping[date, list[dict[str, Any]]], day: date, length: int
) -> list[dict[str, Any]]:
    """The entries of so many days up to `day`."""
    days = [day - timedelta(days=i) for i in range(length)]
    return [entry for d in days for entry in readings.get(d, [])]


def compared(
    readings: Mapping[date, list[dict[str, Any]]], days: Mapping[date, Figures], day: date
) -> Figures:
    week = values_of(of_window(readings, day, 7))
    before = days.get(day - timedelta(days=1))
    return {
        "gmi_7_day_avg_pct": 3.31 + 0.02392 * statistics.fmean(week),
        "avg_glucose_change_mg_dl": change(days[day], before, "avg_glucose_mg_dl"),
        "time_in_range_change_pct": change(days[day], before, "time_in_range_pct"),
    }


def windows(readings: Mapping[date, list[dict[str, Any]]]) -> list[Figures]:
    """`mrt_glucose_windows`: a row for each day that has readings and each length."""
    full = {day: entries for day, entries in readings.items() if entries}
    return [
        {"reading_date": day, "window_days": length}
        | window_figures(of_window(full, day, length), length)
        for day in sorted(full)
        for length in (7, 14, 30, 90)
    ]


def window_figures(entries: list[dict[str, Any]], length: int) -> Figures:
    figures, slots = day_figures(values_of(entries)), slots_of(entries)
    kept = [
        "reading_count",
        "avg_glucose_mg_dl",
        "gmi_pct",
        "coefficient_of_variation_pct",
        "time_in_range_pct",
        "time_below_range_pct",
        "time_below_54_pct",
        "time_above_range_pct",
        "time_above_250_pct",
    ]
    return {name: figures[name] for name in kept} | {
        "active_pct": 100 * slots / (288 * length),
        "is_representative": slots >= 0.7 * 288 * length,
        "is_partial": False,
    }


def profile(readings: Mapping[date, list[dict[str, Any]]], zone: ZoneInfo) -> list[Figures]:
    """`mrt_glucose_agp`: a row for each quarter of an hour that has readings."""
    cells: dict[int, list[dict[str, Any]]] = {}
    days: dict[int, set[date]] = {}
    for entry in (entry for entries in readings.values() for entry in entries):
        local = datetime.fromtimestamp(entry["date"] / 1000, UTC).astimezone(zone)
        minute = local.hour * 60 + local.minute // 15 * 15
        cells.setdefault(minute, []).append(entry)
        days.setdefault(minute, set()).add(local.date())
    return [
        {"minute_of_day": minute, "day_count": len(days[minute])} | percentiles(values_of(entries))
        for minute, entries in sorted(cells.items())
    ]


def percentiles(values: list[int]) -> Figures:
    twentieths = statistics.quantiles(values, n=20, method="inclusive")
    wanted = {"p5": 1, "p25": 5, "median": 10, "p75": 15, "p95": 19}
    found = {f"{name}_glucose_mg_dl": twentieths[i - 1] for name, i in wanted.items()}
    return {"reading_count": len(values)} | found


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
