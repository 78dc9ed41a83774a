"""How often assets without a freshness policy are usually materialized."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from console.api import overview_queries
from console.domain.errors import ApiError, Slow, Unreachable
from console.domain.freshness.rhythm import rhythm
from console.store.signals import Signals, Topic

if TYPE_CHECKING:
    from console.domain.assets.keys import AssetKey
    from console.domain.freshness.rhythm import Rhythm
    from console.store.deployment import Deployment

ASSETS_AT_ONCE = 20
MATERIALIZATIONS = 60
"""The newest ones, which a rhythm is told from."""
PAUSE_SECONDS = 1.0
"""Between two batches: a large deployment has other things to answer, too."""
AGAIN_SECONDS = 600.0


class Rhythms:
    """Asked once for each asset, in batches, and only while `seen`; a watch of the poller."""

    name = "how often assets are made"

    def __init__(self, deployment: Deployment) -> None:
        self.signals = Signals()
        self.seen = False
        self.problem = ""
        self.found: dict[AssetKey, Rhythm | None] = {}
        """None where the past is too short to tell."""
        self._deployment = deployment
        self._again_at = 0.0

    @property
    def interval(self) -> float | None:
        """Seconds till the next look; None when nobody looks or all is known."""
        if not self.seen or not self._unasked:
            return None
        return max(self._again_at - time.monotonic(), 0.0)

    @property
    def unread(self) -> bool:
        """Whether the rhythm of some asset is not known, and will be."""
        return not self.problem and bool(self._unasked)

    @property
    def _unasked(self) -> list[AssetKey]:
        """Materialized, without a policy, and not asked yet."""
        graph, statuses = self._deployment.graph, self._deployment.statuses
        return [
            key
            for key in graph.order
            if key not in self.found
            and graph[key].freshness is None
            and key in statuses
            and statuses[key].latest.materialized is not None
        ]

    async def look(self) -> None:
        """Ask for one batch. Raises Unreachable."""
        batch = self._unasked[:ASSETS_AT_ONCE]
        if not batch or time.monotonic() < self._again_at:
            return
        try:
            times = await overview_queries.materialization_times(
                self._deployment.client, batch, MATERIALIZATIONS
            )
        except ApiError as error:
            if isinstance(error, Unreachable) and not isinstance(error, Slow):
                raise
            self.problem, self._again_at = str(error), time.monotonic() + AGAIN_SECONDS
        else:
            self.problem, self._again_at = "", time.monotonic() + PAUSE_SECONDS
            self.found |= {key: rhythm(times.get(key, ())) for key in batch}
        self.signals.tell(Topic.STATUS)
