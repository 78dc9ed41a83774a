"""Ends a run or a backfill, for every screen that shows one: asks first, then says what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.runs.words import by_text, span_text, what_text
from console.screens.modals.confirm import ConfirmScreen
from console.store.runs.ending import end_backfill, end_run

if TYPE_CHECKING:
    from console.domain.runs.run import Run
    from console.screens.base import DeckScreen


def ask_to_terminate(screen: DeckScreen, run: Run) -> None:
    """A dialog, unless there is nothing to end."""
    if run.status.ended:
        screen.keys.say(f"run {run.short_id} has ended already: {run.status.word}")
        return
    details = [
        f"{what_text(run)} {span_text(run)}",
        "It has not started: it is taken out of the queue."
        if run.status.waiting
        else "It is running: its step is interrupted, what it wrote so far may be incomplete.",
    ]
    if run.backfill is not None:
        by = by_text(run, screen.deployment.backfill_titles)
        details.append(f"It is part of {by}, which goes on with its other runs.")

    def answered(yes: bool | None) -> None:
        if yes:
            screen.keys.say(f"asking Dagster to end run {run.short_id}…")
            screen.deck.see_through(end_run(screen.deployment.client, run.id))

    question = ConfirmScreen(f"Terminate run {run.short_id}?", details, yes="Terminate")
    screen.app.push_screen(question, answered)


def ask_to_cancel(screen: DeckScreen, backfill_id: str) -> None:
    """A dialog; on yes the backfill is cancelled, unless it has ended by then."""

    def answered(yes: bool | None) -> None:
        if yes:
            screen.keys.say(f"asking Dagster to cancel backfill {backfill_id} …")
            screen.deck.see_through(end_backfill(screen.deployment.client, backfill_id))

    text = f"Cancel backfill {backfill_id}? No further run starts, those under way are ended."
    screen.app.push_screen(ConfirmScreen(text, yes="Cancel the backfill"), answered)
