"""Asks for long lists in portions, which shrink where a proxy limits a request's body."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from console.domain.errors import TooLarge

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

_Item = TypeVar("_Item")
_Answer = TypeVar("_Answer")


async def in_portions(
    wanted: Sequence[_Item], size: int, ask: Callable[[list[_Item]], Awaitable[_Answer]]
) -> list[tuple[list[_Item], _Answer]]:
    """Each portion with its answer from `ask`, in order. Raises ApiError.

    A portion that is too large for a proxy is halved, as are all that follow.
    """
    answers: list[tuple[list[_Item], _Answer]] = []
    start = 0
    while start < len(wanted):
        portion = list(wanted[start : start + size])
        try:
            answers.append((portion, await ask(portion)))
        except TooLarge:
            if len(portion) == 1:
                raise
            size = len(portion) // 2
            continue
        start += len(portion)
    return answers
