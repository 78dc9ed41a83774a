"""The deployment's structure: its asset graph, code locations and limits."""

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
    """The first line of the error of each code location that failed to load."""
    max_concurrent_runs: int | None
    tag_limits: str
    """The run queue's `tag_concurrency_limits`, YAML as the server gives it."""
    pool_limits: dict[str, int]
    """The number that each pool lets in at once; a pool without a limit isn't listed."""
    pools_hold_runs: bool
    """Whether pools count whole runs, which wait in the queue, or steps."""

    loading: tuple[str, ...] = ()
    """Code locations that are still being loaded."""
    lacking: tuple[str, ...] = ()
    """The facts that this release of Dagster can't tell, each with the release that can."""
    forbidden: str = ""
    """The reason why the server lets us neither launch nor terminate; empty where it does, or says nothing."""

    @property
    def unseen(self) -> str:
        """The parts of the deployment that could not be read, for a title; empty if there are none."""
        counts = {"failed": len(self.load_errors), "being loaded": len(self.loading)}
        return " · ".join(
            f"{number} code location{'s' if number > 1 else ''} {word}"
            for word, number in counts.items()
            if number
        )

    @property
    def why_empty(self) -> str:
        """A sentence on why no assets are listed."""
        for name, reason in self.load_errors.items():
            return one_line(f"code location {name} failed to load: {reason}")
        if self.loading:
            return one_line(f"code location {self.loading[0]} is being loaded")
        return "this deployment has no assets"
