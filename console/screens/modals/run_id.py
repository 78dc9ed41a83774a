"""Any run, by its id or the beginning of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical
from textual.widgets import Input, Static

from console.domain.errors import ApiError
from console.domain.text import one_line
from console.screens.modals.window import Window
from console.store.runs.run_finder import find_run

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.events import Key

    from console.store.deployment import Deployment

HINT = "enter opens the run; 4 or more of its id's characters are enough"


class RunIdScreen(Window["str | None"]):
    """Answers with the whole id of a run, None when none was chosen."""

    CSS_PATH = "run_id.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss", "leave")]

    def __init__(self, deployment: Deployment) -> None:
        super().__init__()
        self._deployment = deployment
        self._input = Input(placeholder="a run's id", compact=True)
        self._input.cursor_blink = False
        self._words = Static(HINT, markup=False)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self._input
            yield self._words

    def on_mount(self) -> None:
        self._input.focus()

    def on_key(self, event: Key) -> None:
        """Keys typed before the line has the focus go into it all the same."""
        if event.character is not None and event.is_printable:
            event.stop()
            self._input.insert_text_at_cursor(event.character)

    def on_input_submitted(self, _: Input.Submitted) -> None:
        if self._input.value.strip():
            self._words.update("looking through the runs…")
            self.run_worker(self._find(self._input.value), exclusive=True, exit_on_error=False)

    async def _find(self, text: str) -> None:
        try:
            self.dismiss(await find_run(self._deployment.client, text))
        except ApiError as error:
            self._words.update(one_line(str(error)))
