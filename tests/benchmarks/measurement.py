"""One figure, what it may be at most, and what it is measured against."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True)
class Measurement:
    """Less is better. `limit` and `against` are in `unit`; `ok` holds without a limit."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    against: float | None = None
    what: str = ""
    """What `against` is."""

    @property
    def ratio(self) -> float | None:
        return self.value / self.against if self.against else None

    @property
    def ok(self) -> bool:
        return self.limit is None or self.value <= self.limit

    def named(self, name: str) -> Measurement:
        return replace(self, name=name)

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "value": _rounded(self.value),
            "unit": self.unit,
            "limit": _rounded(self.limit),
            "against": _rounded(self.against),
            "ratio": _rounded(self.ratio),
            "ok": self.ok,
            "against_what": self.what,
        }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def median_of(times: int, measure: Callable[[], float]) -> float:
    return statistics.median(measure() for _ in range(times))


def median_and_p95(values: Sequence[float]) -> tuple[float, float]:
    """Of at least 20 values; the 95th percentile is one of them."""
    ordered = sorted(values)
    return statistics.median(ordered), ordered[int(len(ordered) * 0.95) - 1]


def table(measurements: Sequence[Measurement]) -> str:
    """A line a figure, in columns."""
    rows = [("", "value", "limit", "against", "ratio", ""), *(_row(one) for one in measurements)]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0]), *(row[at].rjust(widths[at]) for at in range(1, 5)), row[5]]
        ).rstrip()
        for row in rows
    )


def line(one: Measurement) -> str:
    """A figure as soon as it is there; widths are fixed, as those to come aren't known."""
    name, value, limit, against, ratio, what = _row(one)
    return f"{name:<50}  {value:>10}  {limit:>10}  {against:>10}  {ratio:>6}  {what}".rstrip()


def _row(one: Measurement) -> tuple[str, ...]:
    verdict = "" if one.ok else "over its limit  "
    figures = (_figure(value, one.unit) for value in (one.value, one.limit, one.against))
    ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
    return (one.name, *figures, ratio, f"{verdict}{one.what}")


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    return f"{value:.2f} {unit}" if unit == "s" else f"{value:,.0f} {unit}"
