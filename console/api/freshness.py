"""Reads an asset's freshness policy and the server's own verdict."""

from __future__ import annotations

from console.api.reading import Json, seconds, sub
from console.domain.freshness.policy import Cron, FreshnessVerdict, Policy, TimeWindow

_VERDICTS = {
    "HEALTHY": FreshnessVerdict.HEALTHY,
    "WARNING": FreshnessVerdict.WARNING,
    "DEGRADED": FreshnessVerdict.DEGRADED,
    "UNKNOWN": FreshnessVerdict.UNKNOWN,
}


def policy(node: Json) -> Policy | None:
    """The policy of an `assetNode`; if it has both kinds, the one that the daemon uses."""
    return _window(sub(node, "internalFreshnessPolicy")) or _lag(sub(node, "freshnessPolicy"))


def _window(value: Json) -> Policy | None:
    if value.get("__typename") == "TimeWindowFreshnessPolicy":
        fail = seconds(value.get("failWindowSeconds"))
        return TimeWindow(fail, seconds(value.get("warnWindowSeconds"))) if fail else None
    if value.get("__typename") == "CronFreshnessPolicy":
        bound = seconds(value.get("lowerBoundDeltaSeconds")) or 0.0
        return Cron(str(value.get("deadlineCron")), bound, str(value.get("timezone") or "UTC"))
    return None


def _lag(value: Json) -> Policy | None:
    """The older kind of policy: the only one before Dagster 1.10.16, and usual before 1.11."""
    minutes = value.get("maximumLagMinutes")
    if not isinstance(minutes, int | float):
        return None
    if not value.get("cronSchedule"):
        return TimeWindow(minutes * 60.0, by_data=True)
    zone = str(value.get("cronScheduleTimezone") or "UTC")
    return Cron(str(value["cronSchedule"]), minutes * 60.0, zone, by_data=True)


def verdict(node: Json) -> FreshnessVerdict:
    """The daemon's verdict; before Dagster 1.11 the webserver's, which goes by the age of the data."""
    minutes_late = sub(node, "freshnessInfo").get("currentMinutesLate")
    if isinstance(minutes_late, int | float):
        return FreshnessVerdict.DEGRADED if minutes_late > 0 else FreshnessVerdict.HEALTHY
    daemon_status = str(sub(node, "freshnessStatusInfo").get("freshnessStatus"))
    return _VERDICTS.get(daemon_status, FreshnessVerdict.NOT_APPLICABLE)
