"""Answers with one odd value in them, and what the console may make of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from console.api.client import Client
from console.api.documents import document
from console.domain.errors import ApiError
from tests.unit.console.fake_server import FakeServer, data

ODD: tuple[object, ...] = (None, "odd", 7, [None], {}, [], True)
Path = tuple[str | int, ...]
Ask = Callable[[Client], Awaitable[object]]


def paths(value: object, here: Path = ()) -> Iterator[Path]:
    """Where each value within `value` stands."""
    if here:
        yield here
    inner: Any = value
    places = (
        inner if isinstance(value, dict) else range(len(inner)) if isinstance(value, list) else ()
    )
    for place in places:
        yield from paths(inner[place], (*here, place))


def with_odd(value: Any, path: Path, odd: object) -> Any:
    """A copy of `value` in which `odd` stands at `path`."""
    if not path:
        return odd
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = with_odd(value[path[0]], path[1:], odd)
    return copy


async def demand_at_most_one_clear_error(
    server: FakeServer, client: Client, file: str, ask: Ask, answer: dict[str, Any]
) -> None:
    """Whatever stands wherever in the answer to `file`, `ask` raises nothing but ApiError."""
    for path in paths(answer):
        for odd in ODD:
            server.answer(document(file).name, data(with_odd(answer, path, odd)))
            try:
                await ask(client)
            except ApiError:
                continue
            except Exception as error:
                raise AssertionError(f"{odd!r} at {path}: {error!r}") from error
