"""What all windows share that open over a screen."""

from __future__ import annotations

from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

from console.terminal.newest_size import NewestSize

Answer = TypeVar("Answer")


class Window(NewestSize, ModalScreen[Answer]):
    """A window that is left once.

    Textual's leaves whatever is on top: a second enter that was on its way, or one that another
    screen was called before, would take that away, and end the app where nothing lies below.
    """

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        return super().dismiss(result) if self.is_active else AwaitComplete()
