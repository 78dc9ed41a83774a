import pytest

from console.domain.runs.run import Run, RunStatus, Step, StepStatus
from console.widgets.log.step_timeline import all_steps, step_lines

ENDED = Run("r", RunStatus.FAILURE, started=0.0, ended=100.0)
RUNNING = Run("r", RunStatus.STARTED, started=0.0)


def _texts(steps: list[Step], run: Run, most: int = 9, width: int = 80) -> list[str]:
    lines = step_lines(steps, run, 50.0, width, most, ascii_only=True)
    return ["".join(text for text, _ in line) for line in lines]


def _done(key: str, start: float = 0.0, end: float = 10.0) -> Step:
    return Step(key, StepStatus.SUCCESS, start, end)


def test_bars_stand_where_the_steps_were_in_time() -> None:
    first, second = _texts([_done("a", 0, 50), _done("b", 50, 100)], ENDED)
    assert first.index("=") < first.rindex("=") < second.index("=") < second.rindex("=")
    assert abs(first.count("=") - second.count("=")) <= 1


def test_a_step_that_the_run_did_not_get_to_is_not_waiting() -> None:
    planned = all_steps([Step("a", StepStatus.FAILURE, 0, 1)], ["a", "b"])
    assert "not reached" in _texts(planned, ENDED)[1]
    assert "waiting" in _texts(planned, RUNNING)[1]


def test_a_step_without_an_end_in_a_run_that_ended_is_not_shown_as_running() -> None:
    (line,) = _texts([Step("a", StepStatus.IN_PROGRESS, 0)], ENDED)
    assert line.startswith(" ? ")
    assert "no end known" in line


def test_attempts_are_counted_when_there_were_several() -> None:
    once, thrice = _texts([_done("a"), Step("b", StepStatus.FAILURE, 0, 9, 3)], ENDED)
    assert "attempt" not in once
    assert "failed, attemp" in thrice


@pytest.mark.parametrize("most", [2, 3, 5])
def test_a_failed_or_running_step_is_never_left_out(most: int) -> None:
    steps = [_done(f"done_{n}") for n in range(20)]
    steps.insert(11, Step("broken", StepStatus.FAILURE, 5, 6))
    lines = _texts(steps, ENDED, most)
    assert len(lines) == most
    assert any("broken" in line for line in lines)
    assert lines[-1] == f"   and {22 - most} more: {22 - most} done"


@pytest.mark.parametrize("width", [40, 80, 200])
def test_lines_fit_the_width(width: int) -> None:
    steps = [_done("a" * 90), Step("b", StepStatus.FAILURE, 0, 9, 3), Step("c", StepStatus.WAITING)]
    assert all(len(line) <= width for line in _texts(steps, ENDED, width=width))
