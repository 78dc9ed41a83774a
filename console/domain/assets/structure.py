"""The deployment as its code locations define it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.domain.text import one_line

if TYPE_CHECKING:
    from console.domain.assets.graph import AssetGraph


@dataclass(frozen=True, slots=True)
class Structure:
    """The deployment as its code locations define it."""

    graph: AssetGraph
    version: str
    load_errors: dict[str, str]
    """Code locations that failed to load, with the first line of why."""
    max_concurrent_runs: int | None
    tag_limits: str
    """The run queue's `tag_concurrency_limits`, YAML as the server gives it."""
    pool_limits: dict[str, int]
    """How many at once each pool lets in; a pool without a limit isn't listed."""
    pools_hold_runs: bool
    """A pool counts whole runs, which wait in the queue; else it counts steps."""

    loading: tuple[str, ...] = ()
    """Code locations that are still being loaded."""
    lacking: tuple[str, ...] = ()
    """What this release of Dagster can't tell, a few words each, with the release that can."""
    forbidden: str = ""
    """Why the server lets us launch and terminate nothing; empty where it lets us, or says nothing."""

    @property
    def unseen(self) -> str:
        """The parts of the deployment that could not be read, for a title; empty when all were."""
        counts = {"failed": len(self.load_errors), "being loaded": len(self.loading)}
        return " · ".join(
            f"{count} code location{'s' if count > 1 else ''} {word}"
            for word, count in counts.items()
            if count
        )

    @property
    def why_empty(self) -> str:
        """A sentence for where assets would stand, had it any."""
        for name, why in self.load_errors.items():
            return one_line(f"code location {name} failed to load: {why}")
        if self.loading:
            return one_line(f"code location {self.loading[0]} is being loaded")
        return "this deployment has no assets"
