"""One line that says what is being done, how far, and for how long: rewritten on a terminal.

The standard library alone: this runs before anything is installed.
"""

from __future__ import annotations

import shutil
import sys
import threading
import time
from types import TracebackType

REDRAW_SECONDS = {True: 0.2, False: 1.0}
"""By whether it is a terminal; a pipe gets a line a second."""


class Progress:
    """Writes to stderr from a thread of its own until the block ends."""

    def __init__(self) -> None:
        self.step = ""
        self.detail = ""
        self._begun = time.monotonic()
        self._terminal = sys.stderr.isatty()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._redraw, daemon=True)

    def __enter__(self) -> Progress:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def begin(self, step: str) -> None:
        """Ends the step before with the seconds that it took, and begins `step`."""
        self.end_step()
        self.step, self.detail, self._begun = step, "", time.monotonic()

    def end_step(self) -> None:
        """Leaves the line of the step with the seconds that it took."""
        if self.step:
            self._write(final=True)
            self.step = ""

    def _redraw(self) -> None:
        while not self._ended.wait(REDRAW_SECONDS[self._terminal]):
            if self.step:
                self._write()

    def _write(self, final: bool = False) -> None:
        seconds = time.monotonic() - self._begun
        words = f"{self.step:<28} {seconds:4.0f} s  {self.detail}".rstrip()
        if self._terminal:
            words = words[: shutil.get_terminal_size().columns - 1]
            sys.stderr.write(f"\r{words}\x1b[K" + ("\n" if final else ""))
        else:
            sys.stderr.write(words + "\n")
        sys.stderr.flush()
