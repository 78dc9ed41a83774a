"""Failures that a test asks for: a day whose readings can't be had."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta


@dataclass
class Fault:
    """The status answered for any question that touches a UTC day, `times` times or for ever."""

    day: date
    status: int
    times: int | None = None

    def touches(self, earliest_ms: float, latest_ms: float) -> bool:
        start = datetime.combine(self.day, time(), UTC)
        end = start + timedelta(days=1)
        return earliest_ms < end.timestamp() * 1000 and latest_ms >= start.timestamp() * 1000


class Faults:
    """The failures in force."""

    def __init__(self) -> None:
        self._faults: dict[date, Fault] = {}

    def add(self, fault: Fault) -> None:
        self._faults[fault.day] = fault

    def clear(self) -> None:
        self._faults.clear()

    def status_for(self, earliest_ms: float, latest_ms: float) -> int | None:
        """The status to answer with, counted as one use of the fault; None without a fault."""
        for fault in list(self._faults.values()):
            if fault.touches(earliest_ms, latest_ms):
                return self._use(fault)
        return None

    def _use(self, fault: Fault) -> int:
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                del self._faults[fault.day]
        return fault.status
