"""Readers of answers, which tolerate missing and odd values."""

from __future__ import annotations

from typing import Any

from console.domain.errors import ApiError, NotFound, Refused, ServerError
from console.domain.runs.events import ErrorInfo
from console.domain.text import cut

Json = dict[str, Any]


def any_items(value: Json, name: str) -> list[object]:
    inner = value.get(name)
    return inner if isinstance(inner, list) else []


def items(value: object) -> list[Json]:
    """The dicts of a list; empty for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def strings(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def sub(value: Json, name: str) -> Json:
    inner = value.get(name)
    return inner if isinstance(inner, dict) else {}


def key_of(value: Json, name: str = "assetKey") -> tuple[str, ...]:
    return strings(sub(value, name).get("path"))


def keys_of(value: Json, name: str) -> tuple[tuple[str, ...], ...]:
    return tuple(strings(item.get("path")) for item in items(value.get(name)))


def defining_locations(data: Json) -> dict[tuple[str, ...], tuple[str, ...]]:
    """The code locations of each asset that more than one defines, by name."""
    return {
        key_of(collision): tuple(
            sorted(
                str(sub(repository, "location").get("name"))
                for repository in items(collision.get("repositories"))
            )
        )
        for collision in items(data.get("assetNodeDefinitionCollisions"))
    }


def integer(value: object) -> int:
    """The integer; 0 for any other value."""
    return value if isinstance(value, int) else 0


def seconds(value: object) -> float | None:
    """A time given as epoch seconds; None for any other value."""
    return float(value) if isinstance(value, int | float) and value > 0 else None


def milliseconds(value: object) -> float | None:
    """A time given as the text of epoch milliseconds, in seconds; None for any other value."""
    try:
        return float(str(value)) / 1000
    except ValueError:
        return None


def success(data: Json, field: str, *types: str) -> Json:
    """The value of a union if it has one of `types`; raises the ApiError for any other member."""
    value = sub(data, field)
    name = value.get("__typename", "")
    if name in types:
        return value
    raise _as_error(str(name), value)


def _as_error(name: str, value: Json) -> ApiError:
    message = value.get("message") or "; ".join(
        str(error.get("message")) for error in items(value.get("errors"))
    )
    text = cut(str(message or name or "no answer"), 300)
    if name.endswith("NotFoundError"):
        return NotFound(text)
    return Refused(text) if name == "UnauthorizedError" else ServerError(text)


def error_of(value: object) -> ErrorInfo | None:
    """An error with its chain of causes, which is cut at a cause without a message."""
    if not isinstance(value, dict):
        return None
    cause = value.get("cause")
    cut = isinstance(cause, dict) and "message" not in cause
    return ErrorInfo(
        message=str(value.get("message") or ""),
        class_name=value.get("className"),
        stack=strings(value.get("stack")),
        cause=None if cut else error_of(cause),
        cut=cut,
    )


def is_cut(error: ErrorInfo | None) -> bool:
    """Whether the answer cuts off the chain of causes."""
    return error is not None and error.root.cut
