from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from rich.cells import cell_len

from console.domain.runs.events import ErrorInfo, Event
from console.widgets.common.styled_text import StyledLine
from console.widgets.log.log_source import EventSource, LogLayout, OutputSource

WIDE = LogLayout(width=60, times="none")


def _event(message: str, **changes: Any) -> Event:
    values: dict[str, Any] = {"at": 0.0, "level": "INFO", "type": "", "message": message, **changes}
    return Event(**values)


def _texts(lines: list[StyledLine]) -> list[str]:
    return ["".join(text for text, _ in line).rstrip() for line in lines]


def _shown(event: Event, layout: LogLayout = WIDE, *, opened: bool = False) -> list[str]:
    return _texts(EventSource([event]).lines(0, layout, opened=opened))


ROOT = ErrorInfo("nightscout:443 after 10 s", "ConnectTimeout", ("  File source.py, line 88\n",))
FAILURE = _event(
    'Execution of step "a" failed.',
    level="ERROR",
    type="STEP_FAILURE",
    error=ErrorInfo("Error occurred while executing op", "StepError", ("  File x\n",), ROOT),
)


def test_a_failure_shows_the_headline_of_its_root_cause_on_one_line() -> None:
    assert _shown(FAILURE, LogLayout(80, times="none")) == [
        " ERROR ▸ STEP_FAILURE  ConnectTimeout: nightscout:443 after 10 s"
    ]


def test_an_opened_failure_tells_from_the_root_cause_outward() -> None:
    assert _shown(FAILURE, LogLayout(80, times="none"), opened=True)[1:] == [
        '    │ Execution of step "a" failed.',
        "    │ caused by ConnectTimeout: nightscout:443 after 10 s",
        "    │   File source.py, line 88",
        "    │ led to StepError: Error occurred while executing op",
        "    │   File x",
    ]


def test_a_failure_in_ascii_has_no_other_sign() -> None:
    for opened in (False, True):
        lines = _shown(FAILURE, LogLayout(80, times="none", ascii=True), opened=opened)
        assert "".join(lines).isascii()


def test_a_message_of_several_lines_folds_to_its_first() -> None:
    event = _event("one\ntwo\n\nthree\n")
    assert _shown(event) == [" INFO  ▸ one"]
    assert _shown(event, opened=True) == [
        " INFO  ▾ one",
        "    │ two",
        "    │",
        "    │ three",
    ]


def test_a_long_line_is_cut_and_opens_to_its_whole_length() -> None:
    words = " ".join(str(n) for n in range(40))
    (cut,) = _shown(_event(words))
    assert cut.endswith("…")
    assert cell_len(cut) <= WIDE.width
    opened = "".join(line[9:].ljust(51) for line in _shown(_event(words), opened=True))
    assert opened.rstrip() == words


def test_wrapped_lines_lose_nothing_and_fold_no_more() -> None:
    source = EventSource([_event("x" * 500)])
    wrap = LogLayout(width=60, times="none", wrap=True)
    assert "".join(_texts(source.lines(0, wrap, opened=False))).count("x") == 500
    assert not source.folds(0, wrap)


@pytest.mark.parametrize("opened", [False, True])
@pytest.mark.parametrize("width", [20, 80])
def test_wide_characters_stay_within_the_line(width: int, opened: bool) -> None:
    layout = LogLayout(width=width, times="none")
    for line in _shown(_event("漢字" * 60), layout, opened=opened):
        assert cell_len(line) <= width


@pytest.mark.parametrize("opened", [False, True])
def test_nothing_in_an_event_steers_the_terminal(opened: bool) -> None:
    evil = "a\x1b[2Jb\x1b]0;title\x07c\x9b31m\rd\n\x1b[?1049h\u202eend\ttab"
    error = ErrorInfo(evil, evil, (evil,), ErrorInfo(evil, evil, (evil,)))
    for event in (_event(evil, step=evil), _event(evil, error=error, type=evil, level=evil)):
        for line in EventSource([event]).lines(0, LogLayout(80, step_width=9), opened=opened):
            text = "".join(part for part, _ in line)
            assert text.isprintable(), text


def test_nothing_that_a_step_prints_steers_the_terminal() -> None:
    source = OutputSource("stdout")
    source.update({"f": "10%\r\x1b[31m20%\x1b[0m\n\x07bell\n"}, {"f": "st\x1bep"})
    for index in range(source.count):
        for line in source.lines(index, WIDE, opened=False):
            assert "".join(text for text, _ in line).isprintable()


def test_the_engines_own_events_are_chatter_and_a_persons_lines_are_not() -> None:
    events = [
        _event("x", level="DEBUG", type="RESOURCE_INIT_STARTED"),
        _event("x", level="DEBUG"),
        _event("x", level="DEBUG", type="STEP_START"),
        _event("x", level="ERROR", type="ENGINE_EVENT"),
    ]
    source = EventSource(events)
    assert [source.shown(i, chatter=False) for i in range(4)] == [False, True, True, True]
    assert all(source.shown(i, chatter=True) for i in range(4))


def test_a_search_reaches_into_the_causes_and_stacks_of_a_folded_error() -> None:
    text = EventSource([FAILURE]).text(0)
    assert "nightscout:443" in text
    assert "line 88" in text


def test_output_stands_under_the_name_of_its_file() -> None:
    source = OutputSource("stderr")
    assert source.count == 0
    assert source.update({"f": "one\ntwo\n", "g": "", "h": "three"}, {"f": "step_a"})
    shown = [_texts(source.lines(i, WIDE, opened=False))[0] for i in range(source.count)]
    assert shown == [" stderr of step_a", " one", " two", " stderr of h", " three"]
    assert not source.update({"f": "one\ntwo\n", "g": "", "h": "three"}, {"f": "step_a"})


def test_a_line_of_output_is_found_again_when_a_file_before_it_grew() -> None:
    source = OutputSource("stdout")
    source.update({"f": "one\n", "g": "two\n"}, {})
    place = source.place(3)
    source.update({"f": "one\nmore\nstill more\n", "g": "two\n"}, {})
    index = source.index(place)
    assert index is not None
    assert source.text(index) == "two"


def test_times_of_another_day_carry_the_date() -> None:
    at = datetime(2026, 11, 25, 23, 40, 1, 500_000).timestamp()
    event = replace(_event("hello"), at=at)
    for width, time in ((80, "23:40:01"), (120, "23:40:01.500")):
        dated = LogLayout(width, dated=True)
        assert _shown(event, dated)[0].startswith(f" 2026-11-25 {time} INFO")
        assert _shown(event, LogLayout(width))[0].startswith(f" {time} INFO")


def test_of_a_progress_bar_in_output_the_last_state_is_shown() -> None:
    source = OutputSource("stderr")
    source.update({"f": "0/200000\r1/200000\r2/200000\ndone\n"}, {"f": "a"})
    shown = [_texts(source.lines(i, WIDE, opened=False))[0] for i in range(source.count)]
    assert shown == [" stderr of a", " 2/200000", " done"]


def test_of_a_progress_bar_in_an_event_the_last_state_is_shown() -> None:
    (line,) = EventSource([_event("0%\r50%\r100%")]).lines(0, WIDE, opened=False)
    text = "".join(part for part, _ in line)
    assert text.endswith("100%")
    assert "50%" not in text
    assert "\ufffd" not in text


def test_files_of_one_name_are_told_apart() -> None:
    source = OutputSource("stdout")
    source.update(
        {"f": "one\n", "g": "two\n"}, {"f": "the run's process", "g": "the run's process"}
    )
    assert source.index(source.place(3)) == 3
