"""The lines in which a request is typed: its assets, its partitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.partitions.keys import (
    BadPartitions,
    PartitionKeys,
    parse_partitions,
    ranges_text,
)
from console.domain.selection.evaluation import BadSelection, written
from console.store.planning import selection
from console.widgets.common.question import SELECTION_HINT

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.planner.request import Request
    from console.screens.base import DeckScreen
    from console.widgets.common.question import Question


class RequestQuestions:
    """Asks, and says while somebody types what is wrong with the text."""

    def __init__(self, screen: DeckScreen, question: Question) -> None:
        self._screen = screen
        self._question = question

    def keys_of(self, request: Request) -> PartitionKeys | None:
        """The partitions that the request chooses from; None where there are none."""
        try:
            return selection.shared_keys(self._screen.deployment, request.assets)
        except selection.NothingToPartition:
            return None

    def ask_assets(self, text: str, take: Callable[[str], None]) -> None:
        """Ask which assets; `take` gets what selects them."""
        names = [written(key) for key in self._screen.deployment.graph.order]
        self._question.ask(
            "assets",
            text,
            self._problem_of_assets,
            take,
            hint=SELECTION_HINT,
            line_joint=" or ",
            suggestions=names,
        )

    def _problem_of_assets(self, text: str) -> str | None:
        deployment = self._screen.deployment
        if deployment.structure is None:
            return "still reading the assets …"
        try:
            selection.request_for(deployment, text, self._screen.facts())
        except selection.StillReading:
            return None
        except (BadSelection, selection.NothingToPartition) as error:
            return str(error.args[0])
        return None

    def ask_partitions(self, request: Request, take: Callable[[str], None]) -> bool:
        """Ask which partitions of its assets; whether they have any."""
        keys = self.keys_of(request)
        if keys is None:
            return False
        positions = (keys.positions[key] for key in request.partitions if key in keys.positions)
        span = f"[{keys.keys[0]}...{keys.keys[-1]}]" if len(keys) else "none"
        hint = f"a key, [first...last], 2026-11-*, last 30, since 2026-11, /regex/; all are {span}"
        value = ranges_text(positions, keys.keys)
        self._question.ask(
            "partitions", value, lambda text: self._problem_of(text, request), take, hint=hint
        )
        return True

    def _problem_of(self, text: str, request: Request) -> str | None:
        try:
            parse_partitions(text, self.keys_of(request) or PartitionKeys(()))
        except BadPartitions as error:
            return str(error)
        return None
