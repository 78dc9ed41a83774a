"""A real terminal for tests: the console in a pty, its screen read back by an emulator."""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import pyte

State = str | Callable[[str], object]
"""Text that must be on the screen, or a question about the screen's text."""

DAGDECK = str(Path(sys.executable).with_name("dagdeck"))
KEYS = {
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "space": " ",
    "ctrl+c": "\x03",
    "ctrl+f": "\x06",
    "ctrl+p": "\x10",
    "ctrl+q": "\x11",
    "ctrl+r": "\x12",
}
UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=][0-9;]*[A-Za-z]|\x1bP.*?\x1b\\", re.DOTALL)
"""Sequences of newer terminals that pyte would print instead of obeying."""


class NotReached(AssertionError):
    """The screen did not become what was waited for; says what it was instead."""


class Terminal:
    """A program in a terminal of its own. Time is in seconds of `time.monotonic()`."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 80,
        lines: int = 24,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.received = bytearray()
        self.read_at = 0.0
        """When the newest byte came."""
        self._fed = 0
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self._ours, self._theirs = os.openpty()
        self._set_size(columns, lines)
        self.modes_before = termios.tcgetattr(self._theirs)
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            command,
            stdin=self._theirs,
            stdout=self._theirs,
            stderr=self._theirs,
            env=_environment(environment or {}),
            start_new_session=True,
            preexec_fn=_take_terminal,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        for descriptor in (self._ours, self._theirs):
            with suppress(OSError):
                os.close(descriptor)

    # what a person does

    def press(self, *keys: str) -> None:
        """Each a name of `KEYS`, or the characters themselves."""
        for key in keys:
            os.write(self._ours, KEYS.get(key, key).encode())

    def send(self, data: bytes) -> None:
        """Bytes as they are; what the program doesn't take at once is dropped."""
        with suppress(BlockingIOError):
            os.write(self._ours, data)

    def wipe(self) -> None:
        """The screen is empty, as after another program had it."""
        self._feed()
        self._screen.reset()

    def resize(self, columns: int, lines: int) -> None:
        """The kernel tells the program by SIGWINCH, as it does when a window is pulled."""
        self._read(0)
        self._feed()
        self._screen.resize(lines, columns)
        self._set_size(columns, lines)

    def _set_size(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    # what a person sees

    @property
    def bytes_received(self) -> int:
        """How much the program has sent so far."""
        self._read(0)
        return len(self.received)

    def screen_text(self) -> str:
        """The screen now, a line a line, without blanks at the ends."""
        self._read(0)
        self._feed()
        return "\n".join(line.rstrip() for line in self._screen.display)

    def wait_for(self, state: State, seconds: float = 60.0, what: str = "") -> str:
        """The screen's text once it is so. Raises NotReached after `seconds`."""
        deadline = time.monotonic() + seconds
        while not _holds(state, text := self.screen_text()):
            if time.monotonic() > deadline:
                raise NotReached(self._complaint(what or state, f"not within {seconds:g} s", text))
            if self.process.poll() is not None and not self._read(0):
                raise NotReached(self._complaint(what or state, "the program has ended", text))
            self._read(0.1)
        return text

    def becomes(self, state: State, seconds: float) -> bool:
        """Whether the screen is so within `seconds`."""
        deadline = time.monotonic() + seconds
        while not _holds(state, self.screen_text()):
            if time.monotonic() > deadline:
                return False
            self._read(0.05)
        return True

    def wait_until_stopped(self, seconds: float = 10.0) -> None:
        """Returns once the kernel has stopped the program. Raises NotReached."""
        deadline = time.monotonic() + seconds
        stat = Path(f"/proc/{self.process.pid}/stat")
        while stat.read_text().rpartition(")")[2].split()[0] != "T":
            self._read(0.05)
            if time.monotonic() > deadline:
                raise NotReached("the program was not stopped")

    def wait_for_bytes(self, after: int, seconds: float = 10.0) -> None:
        """Returns once more than `after` bytes have come in all. Raises NotReached."""
        deadline = time.monotonic() + seconds
        while self.bytes_received <= after:
            if time.monotonic() > deadline:
                why = f"not within {seconds:g} s"
                raise NotReached(self._complaint("a byte", why, self.screen_text()))
            self._read(0.1)

    def wait_until_quiet(self, quiet: float, most: float = 20.0) -> None:
        """Returns once nothing came for `quiet` seconds. Raises NotReached after `most`."""
        deadline = time.monotonic() + most
        while self._read(quiet):
            if time.monotonic() > deadline:
                raise NotReached(
                    self._complaint("quiet", f"not within {most:g} s", self.screen_text())
                )

    def watch(self, seconds: float) -> int:
        """Reads for so long; how many bytes came."""
        before, deadline = len(self.received), time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._read(left)
        return len(self.received) - before

    # the end

    def wait_for_end(self, seconds: float = 10.0) -> int:
        """The program's exit code. Raises NotReached when it goes on."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            self._read(0.05)
            if time.monotonic() > deadline:
                text = self.screen_text()
                raise NotReached(
                    self._complaint("the program's end", f"not in {seconds:g} s", text)
                )
        self._read(0)
        return self.process.returncode

    @property
    def modes(self) -> list[Any]:
        """The line discipline as it is now, to compare with `modes_before`."""
        return termios.tcgetattr(self._theirs)

    def mode_is_on(self, number: int) -> bool | None:
        """Whether a private mode was last switched on; None when it never was touched."""
        found = re.findall(rb"\x1b\[\?(?:\d+;)*%d(?:;\d+)*([hl])" % number, bytes(self.received))
        return found[-1] == b"h" if found else None

    @property
    def left_behind(self) -> str:
        """What was printed after the alternate screen was left, without escape sequences."""
        after = bytes(self.received).rpartition(b"\x1b[?1049l")[2]
        return re.sub(rb"\x1b\[[?0-9;<>]*[A-Za-z]", b"", after).decode(errors="replace").strip()

    def hang_up(self) -> None:
        """The window is closed or the connection is lost; the program is left to itself."""
        os.close(self._theirs)
        os.close(self._ours)

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    # bytes

    def _read(self, seconds: float) -> bool:
        """Waits at most so long for bytes; whether any came."""
        ready, _, _ = select.select([self._ours], [], [], seconds)
        while ready:
            self.received += os.read(self._ours, 65536)
            self.read_at = time.monotonic()
            ready, _, _ = select.select([self._ours], [], [], 0)
            if not ready:
                return True
        return False

    def _feed(self) -> None:
        new = bytes(self.received[self._fed :])
        self._fed = len(self.received)
        if new:
            self._stream.feed(UNKNOWN_TO_PYTE.sub(b"", new))

    def _complaint(self, wanted: State, why: str, text: str) -> str:
        frame = "─" * self._screen.columns
        named = repr(wanted) if isinstance(wanted, str) else "what was waited for"
        return f"{named}: {why}. The screen:\n{frame}\n{text}\n{frame}"


def open_console(
    *arguments: str,
    home: Path,
    columns: int = 80,
    lines: int = 24,
    **variables: str,
) -> Terminal:
    """`dagdeck` with these arguments, its own record kept in `home`."""
    return Terminal(
        [DAGDECK, *arguments],
        columns=columns,
        lines=lines,
        environment={"DAGDECK_HOME": str(home), **variables},
    )


def header(text: str) -> str:
    return text.partition("\n")[0]


def footer(text: str) -> str:
    return text.rpartition("\n")[2]


def on_screen(name: str) -> Callable[[str], bool]:
    """Whether the header is that of the screen `name`."""
    return lambda text: f"  {name}" in header(text)


def to_grid(terminal: Terminal, until: State) -> str:
    """From the first screen to the grid; its text once `until` holds there."""
    terminal.wait_for(on_screen("overview"), what="the first screen")
    terminal.press("3")
    terminal.wait_for(on_screen("partitions"), what="the grid")
    return terminal.wait_for(until)


def _environment(own: Mapping[str, str]) -> dict[str, str]:
    """The tests' own, less what belongs to the terminal or deployment they were started in."""
    strange = ("DAGDECK_", "TMUX", "TERM", "TEXTUAL", "LC_", "COLUMNS", "LINES", "NO_COLOR")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(strange)}
    terminal = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
    return {**inherited, **terminal, **own}


def _take_terminal() -> None:
    """As a shell does; what a background job starts would ignore these signals otherwise."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _holds(state: State, text: str) -> bool:
    return state in text if isinstance(state, str) else bool(state(text))
