"""Whether somebody is there at all: noticed within ten seconds, whatever is being asked."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.store.deployment import Deployment

KNOCK_SECONDS = 5.0
"""After so long without any question the server is asked whether it is there."""
SILENT_SECONDS = 4.0
"""A server that answers nothing for so long is said not to answer."""
TIMEOUT_SECONDS = 10.0
LOOK_SECONDS = 0.5


class Heartbeat:
    """Tells a deployment when its server falls silent and when it speaks again."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment

    async def run(self) -> None:
        """Runs until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                if self._deployment.client.life.unasked_seconds() >= KNOCK_SECONDS:
                    group.create_task(self._deployment.client.knock(TIMEOUT_SECONDS))
                self._judge()
                await asyncio.sleep(LOOK_SECONDS)

    def _judge(self) -> None:
        silent = self._deployment.client.life.silent_seconds()
        since = time.time() - silent if silent >= SILENT_SECONDS else None
        self._deployment.silent(since)
