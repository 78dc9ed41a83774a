"""The fake behind a line on which every answer is late, and comes in any order."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

from starlette.responses import Response

from tests.fake_dagster.server import FakeDagster

if TYPE_CHECKING:
    from starlette.requests import Request

    from tests.fake_dagster.server import Json


class ShuffledDagster(FakeDagster):
    """Holds each answer back for up to `most_seconds`, at random but the same for one seed."""

    def __init__(self, root: Json, most_seconds: float) -> None:
        super().__init__(root)
        self._most = most_seconds
        self._random = random.Random(0)

    def shuffle(self, seed: int) -> None:
        self._random = random.Random(seed)

    async def _respond(self, request: Request) -> Response:
        answer = await super()._respond(request)
        await asyncio.sleep(self._most * self._random.random() ** 2)
        return answer
