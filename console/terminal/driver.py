"""The terminal as Textual drives it, but one that no byte and no stop can break."""

from __future__ import annotations

import os
import select
import signal
from typing import TYPE_CHECKING

from textual.drivers.linux_driver import LinuxDriver

from console.terminal.input_reader import InputReader

if TYPE_CHECKING:
    from types import FrameType

    from textual.app import App

HUNG_UP = 128 + signal.SIGHUP
LOOK_SECONDS = 0.05
"""How often the input looks whether an escape stands alone."""


class TerminalDriver(LinuxDriver):
    """Reads input by `InputReader`, and paints anew after each stop."""

    def __init__(
        self,
        app: App[object],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._is_set_aside = False
        """Somebody else has the terminal: the shell, or a program that the app runs."""
        self._stopped = False
        signal.signal(signal.SIGTSTP, self._on_stop)
        signal.signal(signal.SIGCONT, self._on_continue)

    def run_input_thread(self) -> None:
        """Runs in a thread of its own until the terminal is left or gone."""
        reader = InputReader()
        while not self.exit_event.is_set():
            ready, _, _ = select.select([self.fileno], [], [], LOOK_SECONDS)
            if not ready:
                messages = reader.tick()
            elif data := self._read():
                messages = reader.feed(data)
            else:
                self._app.call_later(self._app.exit, None, HUNG_UP)
                return
            for message in messages:
                self.process_message(message)

    def _read(self) -> bytes:
        """The bytes that came; empty where the terminal is gone."""
        try:
            return os.read(self.fileno, 4096)
        except OSError:
            return b""

    def suspend_application_mode(self) -> None:
        self._is_set_aside = True
        super().suspend_application_mode()

    def resume_application_mode(self) -> None:
        self._is_set_aside = False
        super().resume_application_mode()

    def _on_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopped = not self._is_set_aside
        if self._stopped:
            self.suspend_application_mode()
        os.kill(os.getpid(), signal.SIGSTOP)

    def _on_continue(self, _number: int, _frame: FrameType | None) -> None:
        """After a stop that could not be heard (SIGSTOP), the shell has set its own modes."""
        if self._is_set_aside and not self._stopped:
            return
        if not self._is_set_aside:
            self.suspend_application_mode()
        self._stopped = False
        self.resume_application_mode()
        self._app.call_later(self._app.refresh, layout=True)
