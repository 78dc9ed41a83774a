"""Textual's messages of the bytes a terminal sends, whatever they are.

A terminal's bytes are cut here into whole characters and whole escape sequences (ECMA-48,
section 5.4), and each piece is read by Textual's parser for itself. A piece that nobody
understands is dropped; it can neither end the console nor swallow the keys behind it.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from time import monotonic
from typing import TYPE_CHECKING

from textual.events import Paste

from console.terminal.textual_private import KeyParser

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from textual.message import Message

ESCAPE_SECONDS = 0.1
"""An escape that nothing follows for so long is the key of that name."""
PASTE_SECONDS = 2.0
"""A paste whose end does not come for so long has ended all the same."""
LONGEST_SEQUENCE = 256
LONGEST_STRING = 64 * 1024
"""Bytes of an answer of the terminal (OSC, DCS); it is dropped whole."""

_PASTE_START = b"\x1b[200~"
_PASTE_END = b"\x1b[201~"
_MOUSE_IN_BYTES = re.compile(rb"\x1b\[M(.)(.)(.)", re.DOTALL)
"""The oldest form of a mouse report: button, column and line as single bytes, each plus 32."""
_SEQUENCE = re.compile(
    rb"\x1b\[\[[A-E]"  # function keys of the Linux console
    rb"|\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    rb"|\x1bO[ -~]"  # SS3
)
_WITH_ALT = re.compile(rb"\x1b(?:[\xc2-\xf4][\x80-\xbf]+|[^\x1b\[O\]PX^_])")
_STRING = re.compile(rb"\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)")
_BROKEN = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|O)(?=[^ -~])")
"""A sequence that something else cuts off."""


class InputReader:
    """Reads what a terminal sends. Times are seconds of `time.monotonic`."""

    def __init__(self, parser: KeyParser | None = None) -> None:
        self._parser = parser or KeyParser()
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._waiting = b""
        """The beginning of a sequence whose end has not come yet."""
        self._pasted: bytearray | None = None
        self._heard = 0.0

    def feed(self, data: bytes, now: float | None = None) -> Iterator[Message]:
        """The messages that `data` completes."""
        self._heard = monotonic() if now is None else now
        data, self._waiting = self._waiting + data, b""
        while data:
            data = yield from self._take(data)

    def tick(self, now: float | None = None) -> Iterator[Message]:
        """The messages of bytes that count as whole because nothing follows them."""
        silent = (monotonic() if now is None else now) - self._heard
        if self._pasted is not None:
            if silent >= PASTE_SECONDS:
                yield from self._end_of_paste()
        elif self._waiting and silent >= ESCAPE_SECONDS:
            waiting, self._waiting = self._waiting, b""
            yield from self._alone(waiting)

    def _take(self, data: bytes) -> Generator[Message, None, bytes]:
        """The messages of one piece of `data`; returns what follows it."""
        if self._pasted is not None:
            return (yield from self._take_pasted(data))
        if data.startswith(b"\x1b"):
            return (yield from self._take_sequence(data))
        text, escape, rest = data.partition(b"\x1b")
        for character in self._decoder.decode(text, bool(escape)):
            yield from self._parser.read(character)
        return escape + rest

    def _take_sequence(self, data: bytes) -> Generator[Message, None, bytes]:
        if data.startswith(_PASTE_START):
            self._pasted = bytearray()
            return data[len(_PASTE_START) :]
        if data.startswith(b"\x1b[M"):
            return (yield from self._take_mouse(data))
        if broken := _BROKEN.match(data):
            return data[broken.end() :]
        if whole := _STRING.match(data):
            return data[whole.end() :]
        if whole := _SEQUENCE.match(data):
            yield from self._parser.read(whole[0].decode("utf-8", "replace"))
            return data[whole.end() :]
        if whole := _WITH_ALT.match(data):
            yield from self._parser.read_alone(whole[0].decode("utf-8", "replace"))
            return data[whole.end() :]
        if data.startswith(b"\x1b\x1b"):
            yield from self._parser.read_alone("\x1b")
            return data[1:]
        longest = LONGEST_STRING if data[1:2] in b"]PX^_" else LONGEST_SEQUENCE
        if len(data) <= longest:
            self._waiting = data
        return b""

    def _take_mouse(self, data: bytes) -> Generator[Message, None, bytes]:
        report = _MOUSE_IN_BYTES.match(data)
        if report is None:
            self._waiting = data
            return b""
        button, column, line = (byte[0] - 32 for byte in report.groups())
        if button >= 0 and column > 0 and line > 0:
            yield from self._parser.read(f"\x1b[<{button};{column};{line}M")
        return data[report.end() :]

    def _take_pasted(self, data: bytes) -> Generator[Message, None, bytes]:
        assert self._pasted is not None
        self._pasted += data
        pasted, end, rest = bytes(self._pasted).partition(_PASTE_END)
        if not end:
            return b""
        self._pasted = bytearray(pasted)
        yield from self._end_of_paste()
        return rest

    def _end_of_paste(self) -> Iterator[Message]:
        pasted, self._pasted = self._pasted or b"", None
        yield Paste(pasted.decode("utf-8", "replace").replace("\0", ""))

    def _alone(self, waiting: bytes) -> Iterator[Message]:
        """Escape, or alt and a key that may also begin a sequence; else it is no key."""
        if len(waiting) <= 2:
            yield from self._parser.read_alone(waiting.decode("utf-8", "replace"))
