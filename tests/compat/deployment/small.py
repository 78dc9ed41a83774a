"""A small code location for every release: each kind of partitions, a check, a deadline, a failure."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import dagster as dg

DAYS = dg.DailyPartitionsDefinition("2026-01-01", end_date="2026-01-07")
KINDS = dg.StaticPartitionsDefinition(["a", "b", "c"])
BOTH = dg.MultiPartitionsDefinition({"day": DAYS, "kind": KINDS})
CITIES = dg.DynamicPartitionsDefinition(name="towns")


def broken_marker() -> Path:
    """While this file is there, one asset fails."""
    return Path(os.environ["DAGSTER_HOME"]) / "broken"


def _within(window: timedelta) -> Any:
    """The release's own kind of freshness policy."""
    try:
        kind: Any = dg.FreshnessPolicy
    except ImportError:
        kind = import_module("dagster.preview.freshness").FreshnessPolicy
    if hasattr(kind, "time_window"):
        return kind.time_window(fail_window=window)
    return kind(maximum_lag_minutes=window.total_seconds() / 60)


@dg.asset(partitions_def=DAYS)
def day() -> None: ...


@dg.asset(partitions_def=DAYS, deps=[day])
def report() -> None: ...


@dg.asset(partitions_def=DAYS, deps=[day], backfill_policy=dg.BackfillPolicy.single_run())
def together() -> None: ...


@dg.asset(partitions_def=KINDS)
def kind() -> None: ...


@dg.asset(partitions_def=KINDS, deps=[kind])
def kind_report() -> None: ...


@dg.asset(partitions_def=KINDS, backfill_policy=dg.BackfillPolicy.single_run())
def kinds_together() -> None: ...


@dg.asset(deps=[kind])
def all_kinds() -> None: ...


@dg.asset(partitions_def=BOTH)
def both() -> None: ...


@dg.asset(partitions_def=CITIES)
def town() -> None: ...


@dg.asset(partitions_def=KINDS)
def broken() -> None:
    if broken_marker().exists():
        raise ValueError("the tap is dry")


@dg.asset
def slow() -> None:
    time.sleep(600)


@dg.asset(deps=[slow])
def early() -> None:
    """Made before anything that it is made from."""


@dg.asset
def checked() -> None: ...


@dg.asset_check(asset=checked)
def is_even() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=False)


@dg.asset_check(asset=checked)
def is_odd() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


@dg.asset(freshness_policy=_within(timedelta(minutes=1)))
def watched() -> None: ...


@dg.asset(freshness_policy=_within(timedelta(days=1)))
def rested() -> None: ...


ASSETS = [
    *(day, report, together, kind, kind_report, kinds_together, all_kinds, both, town),
    *(broken, slow, early, checked, watched, rested),
]
definitions = dg.Definitions(assets=ASSETS, asset_checks=[is_even, is_odd])
