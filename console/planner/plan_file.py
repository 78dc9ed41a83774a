"""A plan as a value of JSON, which can be kept, read by others and applied later.

`docs/plan-files.md` describes each field. Fields are added, never renamed; a file of another
`version` is refused.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

from console.domain.status.states import State
from console.planner.estimate import Estimate
from console.planner.plan import CellAction, Plan, PlanCell
from console.planner.request import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.domain.assets.keys import AssetKey
    from console.planner.request import CellId

FORMAT = "dagdeck plan"
VERSION = 1
_Named = TypeVar("_Named", bound=Enum)
_Read = TypeVar("_Read")


class BadPlanFile(ValueError):
    """What was read is no plan, or not one of this version; the sentence names the field."""


@dataclass(frozen=True)
class KeptPlan:
    """A plan with when, by whom and for which Dagster it was made."""

    id: str
    """A UUID; a launch of the plan is tagged with it, so that it is launched at most once."""
    made: float
    """Epoch seconds UTC."""
    by: str
    server: str
    """`host:port` of the webserver."""
    plan: Plan
    runs: int
    waves: int
    estimate: Estimate | None = None


def as_json(kept: KeptPlan) -> dict[str, Any]:
    """The value that `from_json` reads back."""
    found = kept.estimate
    return {
        "format": FORMAT,
        "version": VERSION,
        "id": kept.id,
        "made": datetime.fromtimestamp(kept.made, UTC).isoformat(timespec="milliseconds"),
        "by": kept.by,
        "server": kept.server,
        "request": _request(kept.plan.request),
        "runs": kept.runs,
        "waves": kept.waves,
        "estimate": [found.low, found.high, found.basis, found.others] if found else None,
        "warnings": list(kept.plan.warnings),
        "cells": [_cell(cell) for cell in kept.plan.cells],
    }


def _request(request: Request) -> dict[str, Any]:
    within = request.within
    return {
        "assets": [list(key) for key in request.assets],
        "partitions": list(request.partitions),
        "downstream": request.downstream,
        "within": None if within is None else sorted(map(list, within)),
        "run": sorted(state.word for state in request.run_states),
        "excluded": _cell_ids(request.excluded),
        "only": None if request.only is None else _cell_ids(request.only),
        "parallel": request.parallel,
        "title": request.title,
        "tags": dict(request.tags),
        "config": json.loads(request.config) if request.config else None,
    }


def _cell_ids(cells: frozenset[CellId]) -> list[list[Any]]:
    return sorted(([list(key), partition] for key, partition in cells), key=str)


def _cell(cell: PlanCell) -> dict[str, Any]:
    return {
        "asset": list(cell.asset),
        "partition": cell.partition,
        "state": cell.state.word,
        "action": cell.action.value,
        "reason": cell.reason,
    }


def from_json(value: object) -> KeptPlan:
    """The plan that was kept. Raises BadPlanFile."""
    top = _Fields(value, "")
    if top.fields.get("format") != FORMAT:
        raise BadPlanFile(f"it is no plan: `format` is not `{FORMAT}`")
    if top.fields.get("version") != VERSION:
        raise BadPlanFile(
            f"it is a plan of version {top.fields.get('version')}, and this dagdeck reads version {VERSION}"
        )
    cells = tuple(_read_cell(one) for one in top.each("cells"))
    if len({cell.id for cell in cells}) < len(cells):
        raise BadPlanFile("`cells` names a cell twice")
    return KeptPlan(
        top.text("id"),
        _moment(top.text("made")),
        top.text("by"),
        top.text("server"),
        Plan(_read_request(top.inner("request")), cells, tuple(top.texts("warnings"))),
        top.count("runs"),
        top.count("waves"),
        _read_estimate(top.fields.get("estimate")),
    )


def _read_request(found: _Fields) -> Request:
    excluded = [_cell_id(one) for one in found.entries("excluded")]
    return Request(
        assets=tuple(map(_key, found.entries("assets"))),
        partitions=tuple(found.texts("partitions")),
        downstream=found.truth("downstream"),
        within=found.optional("within", lambda name: frozenset(map(_key, found.entries(name)))),
        run_states=frozenset(_named(State, word.upper()) for word in found.texts("run")),
        excluded=frozenset(excluded),
        only=found.optional("only", lambda name: frozenset(map(_cell_id, found.entries(name)))),
        parallel=found.optional("parallel", found.count),
        title=found.text("title"),
        tags=tuple(sorted((key, str(text)) for key, text in found.inner("tags").fields.items())),
        config=_config(found.fields.get("config")),
    )


def _config(value: object) -> str:
    """Files made before there was one lack it."""
    if value is None:
        return ""
    if not isinstance(value, dict):
        raise BadPlanFile(f"`request.config` is {value!r}; null or a JSON object is expected")
    return json.dumps(value, sort_keys=True)


def _read_cell(found: _Fields) -> PlanCell:
    return PlanCell(
        _key(found.fields.get("asset")),
        found.optional("partition", found.text),
        _named(State, found.text("state").upper()),
        _named(CellAction, found.text("action").upper()),
        found.text("reason"),
    )


def _read_estimate(value: object) -> Estimate | None:
    if value is None:
        return None
    numbers = value if isinstance(value, list) else []
    if [type(one) in (int, float) for one in numbers] != [True, True, True, False]:
        raise BadPlanFile("`estimate` is neither null nor [seconds, seconds, past runs, others]")
    return Estimate(float(numbers[0]), float(numbers[1]), int(numbers[2]), bool(numbers[3]))


def _key(value: object) -> AssetKey:
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise BadPlanFile(f"{value!r} is no asset key; a list of texts is expected")
    return tuple(value)


def _cell_id(value: object) -> CellId:
    if not isinstance(value, list) or len(value) != 2 or not isinstance(value[1], str | None):
        raise BadPlanFile(f"{value!r} is no cell; [asset key, partition or null] is expected")
    return _key(value[0]), value[1]


def _named(kind: type[_Named], name: str) -> _Named:
    if name not in kind.__members__:
        words = ", ".join(one.lower() for one in kind.__members__)
        raise BadPlanFile(f"`{name.lower()}` is none of {words}")
    return kind[name]


def _moment(text: str) -> float:
    try:
        return datetime.fromisoformat(text).astimezone(UTC).timestamp()
    except (ValueError, OverflowError) as error:
        raise BadPlanFile(f"`made` is `{text}`, which is no date and time") from error


class _Fields:
    """The fields of an object in the file; each is read as its kind or named in BadPlanFile."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise BadPlanFile(f"`{where or 'the file'}` is no JSON object")
        self.fields: dict[str, Any] = value
        self._where = where

    def text(self, name: str) -> str:
        return str(self._of(name, str, "text"))

    def truth(self, name: str) -> bool:
        return bool(self._of(name, bool, "true or false"))

    def count(self, name: str) -> int:
        found = self._of(name, int, "a whole number")
        if isinstance(found, bool) or found < 0:
            raise BadPlanFile(f"`{self._at(name)}` is {found}; a whole number is expected")
        return int(found)

    def entries(self, name: str) -> list[Any]:
        found: list[Any] = self._of(name, list, "a list")
        return found

    def texts(self, name: str) -> list[str]:
        found = self.entries(name)
        if not all(isinstance(one, str) for one in found):
            raise BadPlanFile(f"`{self._at(name)}` is no list of texts")
        return found

    def inner(self, name: str) -> _Fields:
        return _Fields(self.fields.get(name), self._at(name))

    def each(self, name: str) -> list[_Fields]:
        found = enumerate(self.entries(name))
        return [_Fields(one, f"{self._at(name)}[{place}]") for place, one in found]

    def optional(self, name: str, read: Callable[[str], _Read]) -> _Read | None:
        return None if self.fields.get(name, ...) is None else read(name)

    def _of(self, name: str, kind: type, words: str) -> Any:
        if name not in self.fields:
            raise BadPlanFile(f"`{self._at(name)}` is missing; {words} is expected")
        if not isinstance(self.fields[name], kind):
            raise BadPlanFile(f"`{self._at(name)}` is {self.fields[name]!r}; {words} is expected")
        return self.fields[name]

    def _at(self, name: str) -> str:
        return f"{self._where}.{name}" if self._where else name
