"""The entries of a log; each becomes lines when it comes into sight."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from rich.cells import cell_len, chop_cells, set_cell_size

from console.domain.text import clean, cut, last_states, padded
from console.domain.times import clock, clock_ms, date
from console.widgets.common.styled_text import StyledLine, StyledText

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from console.domain.runs.events import ErrorInfo, Event

LogPlace = tuple[str, int]
"""Which file, and which line in it: where an entry is, whatever else grows."""

LONGEST = 20_000
"""Characters of one text that are shown as one line; the rest stays folded away."""
TIMES = ("clock", "since start", "none")
_LEVELS = {"WARNING": "WARN", "CRITICAL": "CRIT"}
_TOLD = frozenset(
    {
        "ASSET_CHECK_EVALUATION",
        "ASSET_MATERIALIZATION",
        "ASSET_OBSERVATION",
        "RUN_CANCELING",
        "RUN_START",
        "RUN_SUCCESS",
        "STEP_RESTARTED",
        "STEP_SKIPPED",
        "STEP_START",
        "STEP_SUCCESS",
        "STEP_UP_FOR_RETRY",
    }
)


@dataclass(frozen=True, slots=True)
class LogLayout:
    """How entries become lines `width` cells wide."""

    width: int
    wrap: bool = False
    times: str = TIMES[0]
    step_width: int = 0
    """Cells for the step's name; 0 when a run has only one."""
    start: float = 0.0
    """When the run started, epoch seconds UTC."""
    ascii: bool = False
    dated: bool = False
    """Whether times carry the date, as those of another day do."""


class LogSource(Protocol):
    """The entries of a log, by index."""

    @property
    def count(self) -> int: ...

    def shown(self, index: int, *, chatter: bool) -> bool:
        """Whether the entry is shown; `chatter` is whether the engine's own is."""

    def lines(self, index: int, layout: LogLayout, *, opened: bool) -> list[StyledLine]:
        """The entry as lines, at least one."""

    def text(self, index: int) -> str:
        """All that a search looks through."""

    def bad(self, index: int) -> bool: ...

    def folds(self, index: int, layout: LogLayout) -> bool:
        """Whether there is more than the one line that is shown."""


class EventSource:
    """The event log of a run. `events` may grow at its end."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._events = events

    @property
    def count(self) -> int:
        return len(self._events)

    def shown(self, index: int, *, chatter: bool) -> bool:
        return chatter or not is_chatter(self._events[index])

    def bad(self, index: int) -> bool:
        return self._events[index].bad

    def text(self, index: int) -> str:
        event = self._events[index]
        texts = [event.step or "", event.type, event.message]
        for error in _chain(event.error):
            texts += [error.class_name or "", error.message, *error.stack]
        return "\n".join(texts)

    def folds(self, index: int, layout: LogLayout) -> bool:
        event = self._events[index]
        if event.error is not None or "\n" in event.message.strip():
            return True
        if layout.wrap:
            return False
        used = sum(cell_len(text) for text, _ in self._head(event, layout))
        return used + len(event.type) + 4 + cell_len(event.message) > layout.width

    def lines(self, index: int, layout: LogLayout, *, opened: bool) -> list[StyledLine]:
        event = self._events[index]
        head = self._head(event, layout)
        mark = "  "
        if self.folds(index, layout):
            mark = _marks(layout.ascii)[opened]
        colour = colour_of(event)
        head.append((mark, "dim"))
        first, *rest = _plain_lines(event.message) or [""]
        if event.error is not None:
            first, rest = cut(event.error.headline, LONGEST), []
        if event.type:
            first = f"{cut(event.type, 40)}  {first}".rstrip()
        found = _fit(head, first, colour, layout, wrap=layout.wrap or (opened and not event.error))
        if opened:
            below = _error_lines(event, event.error) if event.error else [(t, colour) for t in rest]
            found += [line for part in below for line in _hang(part, layout)]
        return found

    def _head(self, event: Event, layout: LogLayout) -> StyledLine:
        head: StyledLine = [(" ", "dim")]
        if layout.times == "clock":
            wide = layout.width >= 100
            day = f"{date(event.at)} " if layout.dated else ""
            head.append((f"{day}{clock_ms(event.at) if wide else clock(event.at)} ", "dim"))
        elif layout.times == "since start":
            head.append((f"{event.at - layout.start:+9.2f}s ", "dim"))
        level = cut(_LEVELS.get(event.level, event.level), 5)
        head.append((f"{level:<5} ", colour_of(event) if event.level != "INFO" else "dim"))
        if layout.step_width:
            step = cut(event.step or "", layout.step_width)
            head.append((f"{padded(step, layout.step_width)} ", "dim"))
        return head


class OutputSource:
    """The output of steps, one file below the other, each under its name."""

    def __init__(self, stream: str) -> None:
        self.stream = stream
        self._files: list[tuple[str, str, list[str]]] = []
        """The key, the name and the lines of each."""
        self._starts: list[int] = []
        self._taken: dict[str, tuple[str, int]] = {}

    def update(self, outputs: Mapping[str, str], names: Mapping[str, str]) -> bool:
        """Take what was read; `names` says whose output a file holds. Whether it is more."""
        taken = {key: (names.get(key, key), len(text)) for key, text in outputs.items()}
        if taken == self._taken:
            return False
        self._taken = taken
        self._files = [
            (key, names.get(key, key), last_states(text.removesuffix("\n")).split("\n"))
            for key, text in outputs.items()
            if text
        ]
        self._starts, at = [], 0
        for _, _, lines in self._files:
            self._starts.append(at)
            at += len(lines) + 1
        return True

    @property
    def count(self) -> int:
        return self._starts[-1] + len(self._files[-1][2]) + 1 if self._files else 0

    def _entry(self, index: int) -> tuple[str, str | None]:
        """The file's name and the line, None for the line that names the file."""
        file = bisect_right(self._starts, index) - 1
        _, name, lines = self._files[file]
        line = index - self._starts[file]
        return name, lines[line - 1] if line else None

    def place(self, index: int) -> LogPlace:
        file = bisect_right(self._starts, index) - 1
        return self._files[file][0], index - self._starts[file]

    def index(self, place: LogPlace) -> int | None:
        for (key, _, _), start in zip(self._files, self._starts, strict=True):
            if key == place[0]:
                return start + place[1]
        return None

    def shown(self, index: int, *, chatter: bool) -> bool:  # noqa: ARG002 - all of it is the user's
        return True

    def bad(self, index: int) -> bool:
        line = self._entry(index)[1]
        return line is not None and line.startswith(("Traceback ", "ERROR", "CRITICAL"))

    def text(self, index: int) -> str:
        return self._entry(index)[1] or ""

    def folds(self, index: int, layout: LogLayout) -> bool:
        return not layout.wrap and cell_len(self.text(index)) > layout.width - 2

    def lines(self, index: int, layout: LogLayout, *, opened: bool) -> list[StyledLine]:
        name, line = self._entry(index)
        if line is None:
            return [[(" ", "dim"), (cut(f"{self.stream} of {name}", layout.width - 1), "dim")]]
        shown = clean(line[:LONGEST]).expandtabs(4)
        return _fit([(" ", "dim")], shown, "text", layout, wrap=layout.wrap or opened)


def is_chatter(event: Event) -> bool:
    """Whether only Dagster's developers would miss it."""
    return event.level == "DEBUG" and bool(event.type) and event.type not in _TOLD


def colour_of(event: Event) -> str:
    """Errors and a person's own lines stand out from what the engine tells."""
    if event.bad:
        return "bad"
    if event.level == "WARNING":
        return "warn"
    return "dim" if event.type or event.level == "DEBUG" else "text"


def _chain(error: ErrorInfo | None) -> Iterator[ErrorInfo]:
    while error is not None:
        yield error
        error = error.cause


def _error_lines(event: Event, error: ErrorInfo) -> Iterator[StyledText]:
    """From the root cause, which is mostly what went wrong, out to what it led to."""
    yield from ((line, "dim") for line in _plain_lines(event.message))
    chain = list(_chain(error))[::-1]
    for place, one in enumerate(chain):
        word = "led to " if place else ("caused by " if len(chain) > 1 else "")
        for number, line in enumerate(_plain_lines(_named(one))):
            yield (line if number else f"{word}{line}", "text" if place else "bad")
        for frame in one.stack:
            yield from ((line, "dim") for line in _plain_lines(frame))


def _named(error: ErrorInfo) -> str:
    """The message with the class name in front, once."""
    name, message = error.class_name or "", error.message.strip()
    short = name.rsplit(".", 1)[-1]
    if not short or f"{short}:" in message.split("\n", 1)[0] or message == short:
        return message
    return f"{name}: {message}"


def _plain_lines(text: str) -> list[str]:
    """Clean lines without blanks at their ends; none for an empty text."""
    lines = clean(last_states(text.rstrip())).split("\n") if text.strip() else []
    return [line.expandtabs(4).rstrip() for line in lines]


def _fit(
    head: StyledLine, text: str, colour: str, layout: LogLayout, *, wrap: bool
) -> list[StyledLine]:
    """`text` after `head`, cut or wrapped under itself."""
    used = sum(cell_len(part) for part, _ in head)
    room = max(layout.width - used, 2)
    if not wrap:
        return [[*head, (_cut_cells(text, room, layout.ascii), colour)]]
    pieces = _pieces(text, room) or [""]
    return [
        [*head, (pieces[0], colour)],
        *([(" " * used, "dim"), (piece, colour)] for piece in pieces[1:]),
    ]


def _hang(part: StyledText, layout: LogLayout) -> list[StyledLine]:
    """A line of an opened entry, wrapped behind the rule that holds it together."""
    text, colour = part
    rule = "    | " if layout.ascii else "    │ "
    room = max(layout.width - len(rule), 2)
    return [[(rule, "dim"), (piece, colour)] for piece in _pieces(text, room) or [""]]


def _pieces(text: str, room: int) -> list[str]:
    text = text[:LONGEST]
    if text.isascii():
        return [text[at : at + room] for at in range(0, len(text), room)]
    return chop_cells(text, room)


def _cut_cells(text: str, room: int, ascii_only: bool) -> str:
    if len(text) <= room and (text.isascii() or cell_len(text) <= room):
        return text
    end = "..." if ascii_only else "…"
    return set_cell_size(text[: room + 1], max(room - len(end), 0)) + end


def _marks(ascii_only: bool) -> tuple[str, str]:
    return ("> ", "v ") if ascii_only else ("▸ ", "▾ ")
