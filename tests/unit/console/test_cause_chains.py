"""A chain of causes is followed to its end, on Dagster's own server; what kills a run is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg
import pytest

from console.api import overview_queries, run_queries
from console.domain.runs.events import CUT, ErrorInfo, Event, reason
from tests.staleness.server import InProcess, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

DEEP = {"a_chain_of_thirty": 30, "a_chain_of_three_hundred": 300}


def _fail(depth: int) -> None:
    try:
        if depth > 1:
            _fail(depth - 1)
        else:
            raise KeyError("the root of it all")
    except Exception as error:
        raise ValueError(f"level {depth}") from error


@dg.op
def a_chain_of_thirty() -> None:
    _fail(30)


@dg.op
def a_chain_of_three_hundred() -> None:
    _fail(300)


@dg.job
def thirty() -> None:
    a_chain_of_thirty()


@dg.job
def three_hundred() -> None:
    a_chain_of_three_hundred()


@pytest.fixture(scope="module")
def client() -> Iterator[InProcess]:
    with dg.DagsterInstance.ephemeral() as instance:
        for job in (thirty, three_hundred):
            job.execute_in_process(instance=instance, raise_on_error=False)
        with serving(instance, dg.Definitions(jobs=[thirty, three_hundred])) as served:
            yield served


def _run_id(client: InProcess, job: str) -> str:
    return next(run.run_id for run in client.process.instance.get_runs() if run.job_name == job)


async def test_the_reason_of_a_run_is_at_the_end_of_the_chain(client: InProcess) -> None:
    run_id = _run_id(client, "thirty")
    found = await overview_queries.run_errors(client, [run_id])
    assert found[run_id] == "KeyError: 'the root of it all'"


async def test_the_log_has_the_whole_chain(client: InProcess) -> None:
    page = await run_queries.log(client, _run_id(client, "thirty"), None)
    (failure,) = [event for event in page.events if event.type == "STEP_FAILURE"]
    assert failure.error is not None
    assert "the root of it all" in failure.error.root.message
    assert "level 30" in failure.error.text
    assert CUT not in failure.error.text


async def test_a_chain_that_is_longer_than_can_be_asked_for_says_that_it_is_cut(
    client: InProcess,
) -> None:
    run_id = _run_id(client, "three_hundred")
    found = await overview_queries.run_errors(client, [run_id])
    why = found[run_id] or ""
    assert why.endswith(CUT) or why == "KeyError: 'the root of it all'"


CRASH = ErrorInfo(
    "dagster._core.executor.child_process_executor.ChildProcessCrashException\n",
    "ChildProcessCrashException",
)
KILLED = "Multiprocess executor: child process for step a was terminated by signal 9 (SIGKILL)."


def test_a_run_that_a_signal_killed_is_told_with_the_signal() -> None:
    events = [
        Event(1.0, "ERROR", "ENGINE_EVENT", f"{KILLED}\n\nThis usually indicates…", "a", CRASH),
        Event(2.0, "ERROR", "STEP_FAILURE", 'Execution of step "a" failed.', "a", CRASH),
        Event(3.0, "ERROR", "RUN_FAILURE", "Steps failed: ['a']."),
    ]
    assert reason(events) == KILLED


def test_an_error_with_words_of_its_own_is_told_by_them() -> None:
    error = ErrorInfo("ValueError: 3\n", "ValueError")
    events = [
        Event(1.0, "ERROR", "ENGINE_EVENT", KILLED, "a"),
        Event(2.0, "ERROR", "STEP_FAILURE", "failed", "b", error),
    ]
    assert reason(events) == "ValueError: 3"


def test_a_syntax_error_is_told_by_its_last_line() -> None:
    text = "  File \"/x/defs.py\", line 3\n    assets = (\n             ^\nSyntaxError: '(' was never closed\n"
    wrapper = ErrorInfo(
        "dagster._core.errors.DagsterUserCodeLoadError: Error occurred during the loading of Dagster definitions in\n",
        "DagsterUserCodeLoadError",
        cause=ErrorInfo(text, "SyntaxError"),
    )
    assert wrapper.headline == "SyntaxError: '(' was never closed"
