"""Launching the plan on screen: asks first, then tells what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.planner.launch_states import Known, in_flight, words
from console.planner.plan import CellAction
from console.screens.modals.confirm import ConfirmScreen
from console.screens.modals.text import TextScreen
from console.screens.planner.head import launch_question
from console.store.planning import launch

if TYPE_CHECKING:
    from console.screens.planner.screen import PlannerScreen
    from console.store.planning.launch import Preview


class PlanLaunch:
    """One launch at a time, of the plan that was on screen when it was asked for."""

    def __init__(self, screen: PlannerScreen) -> None:
        self._screen = screen
        self._pending: Preview | None = None
        """The plan whose launch is under way."""

    def forget(self) -> None:
        """Its outcome belongs to nothing on screen any more."""
        self._pending = None

    def ask(self) -> None:
        """A dialog, unless there is nothing to launch or something in its way."""
        preview = self._screen.preview
        if preview is None or self._screen.planning:
            return
        if self._screen.launched is not None:
            self._screen.keys.say("launched already; change the request to plan anew", "warn")
            return
        if not preview.plan.counts[CellAction.RUN]:
            self._screen.keys.say(
                "nothing to run: every cell would be skipped or is blocked", "warn"
            )
            return
        if preview.obstacles:
            self._show_obstacles(preview.obstacles)
            return
        name = self._screen.deck.launcher.ask()
        if name is None:
            self._screen.keys.say(
                f"a launch is under way: {words(self._screen.deck.launcher.state)}", "warn"
            )
            return
        question, facts = launch_question(preview, self._screen.deployment.client.place)
        self._screen.app.push_screen(
            ConfirmScreen(question, facts, yes="Launch"),
            lambda yes: self._confirmed(yes, name, preview),
        )

    def _show_obstacles(self, obstacles: tuple[str, ...]) -> None:
        text = "\n\n".join(obstacles)
        self._screen.app.push_screen(
            TextScreen("can't be launched", text, ascii_only=self._screen.ascii_only)
        )

    def _confirmed(self, yes: bool | None, name: str, preview: Preview) -> None:
        launcher = self._screen.deck.launcher
        if not yes:
            launcher.decline(name)
        elif launcher.confirm(name, preview):
            self._pending = preview

    def told(self) -> None:
        """Tell the outcome of a launch; at the foot, if its plan is no longer shown."""
        launcher, pending = self._screen.deck.launcher, self._pending
        if pending is None:
            return
        state = launcher.state
        shown = self._screen.preview is pending
        if isinstance(launcher.error, launch.Drifted) and not in_flight(state):
            self._pending = None
            if shown:
                self._screen.show_plan(launcher.error.preview)
        elif isinstance(state, Known) and shown:
            self._show_launched(state)
        self._screen.update_view()

    def _show_launched(self, state: Known) -> None:
        launcher = self._screen.deck.launcher
        notes = [*([launcher.second.words] if launcher.second else []), *launcher.differences]
        if notes:
            self._screen.outcome = ("; ".join(notes), "bad")
        if state.launched is None:
            return
        if state.launched.backfill is None and self._screen.outcome is None:
            self._screen.outcome = (words(state), "run")
            if self._screen.is_current:
                self._screen.deck.open_run(state.launched.id)
        elif state.launched.backfill is not None and self._screen.launched is None:
            self._screen.follow_backfill(state.launched.backfill)
