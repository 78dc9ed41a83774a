"""Days of readings to be made odd: one each five minutes, good unless a case changes them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from pipelines.standin.days import DIRECTIONS, iso
from tests.sources.server import Sent

STEP = 300_000
A_DAY = 288


def midnight(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp() * 1000)


def reading(
    day: date, number: int, device: str = "dexcom", later: int = 0, **changed: Any
) -> dict[str, Any]:
    """The `number`th reading of a UTC day, `later` ms later than on the minute and 20 s."""
    at = midnight(day) + number * STEP + 20_000 + later
    made = {
        "_id": f"{at // 1000:08x}{abs(hash_of(device)):08x}{number:08x}",
        "type": "sgv",
        "sgv": 100 + number % 50,
        "date": at,
        "dateString": iso(at),
        "trend": 4,
        "direction": DIRECTIONS[4],
        "device": device,
        "utcOffset": 0,
        "sysTime": iso(at),
    }
    return {name: value for name, value in (made | changed).items() if value is not Missing}


class Missing:
    """Stands for a field that isn't sent."""


def hash_of(device: str) -> int:
    return int.from_bytes(device.encode(errors="replace")[:4].ljust(4, b"\0"))


def sent(day: date, number: int, record: Any) -> Sent:
    return Sent(midnight(day) + number * STEP + 20_000, record)


def whole_day(day: date, but: dict[int, Any] | None = None, device: str = "dexcom") -> list[Sent]:
    """A day of 288 readings; `but` has other records in place of some, None for none at all."""
    instead = but or {}
    records = {number: instead.get(number, reading(day, number, device)) for number in range(A_DAY)}
    return [sent(day, n, record) for n, record in records.items() if record is not None]


def days_before(newest: date, count: int) -> list[date]:
    return [newest - timedelta(days=i) for i in range(count - 1, -1, -1)]
