from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from dagster._core.storage.compute_log_manager import ComputeIOType
from dagster._core.storage.local_compute_log_manager import LocalComputeLogManager

from console.api.client import Client
from console.domain.runs.captured import MOST_KEPT, Tail, bytes_text, captured_names
from console.domain.runs.events import Event
from console.domain.text import last_states
from console.store.runs.captured_tail import TAIL, CapturedTail

LOG_KEY = ["r", "compute_logs", "f"]


class OutputClient(Client):
    """Answers questions for output by Dagster's own manager of captured logs."""

    def __init__(self, folder: Path) -> None:
        super().__init__("http://nowhere.invalid")
        self.manager = LocalComputeLogManager(str(folder))
        self.asked = 0
        self.bytes_sent = 0

    def write(self, kind: ComputeIOType, content: bytes) -> None:
        ending = "out" if kind is ComputeIOType.STDOUT else "err"
        file = Path(self.manager.get_captured_local_path(LOG_KEY, ending))
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("ab") as opened:
            opened.write(content)

    async def ask(
        self, name: str, variables: dict[str, Any] | None = None, **_: Any
    ) -> dict[str, Any]:
        assert name == "captured"
        await asyncio.sleep(0)
        assert variables is not None
        self.asked += 1
        found = self.manager.get_log_data(
            variables["logKey"], variables["cursor"], variables["limit"]
        )
        texts = {
            "stdout": (found.stdout or b"").decode(errors="replace"),
            "stderr": (found.stderr or b"").decode(errors="replace"),
        }
        self.bytes_sent += sum(map(len, texts.values()))
        return {"capturedLogs": {**texts, "cursor": found.cursor}}


def _lines(count: int) -> bytes:
    return b"".join(b"line %09d of the step's output\n" % at for at in range(count))


async def test_of_150_megabytes_the_end_is_read_in_few_small_requests(tmp_path: Path) -> None:
    client = OutputClient(tmp_path)
    content = _lines(4_100_000)
    client.write(ComputeIOType.STDOUT, content)
    client.write(ComputeIOType.STDERR, b"only this\n")
    tail = CapturedTail(client, "r", "f")
    await tail.read_on()
    found = tail.of("stdout")
    assert content.endswith(found.text.encode())
    assert found.text.startswith("line ")
    assert len(found.text) >= TAIL - 100
    assert (found.size, found.skipped) == (len(content), len(content) - len(found.text))
    assert found.extent == f": the last {bytes_text(len(found.text))} of {bytes_text(len(content))}"
    assert tail.of("stderr") == Tail("only this\n", 0, 10)
    assert client.asked < 40
    assert client.bytes_sent < 4 * TAIL


async def test_of_two_readers_at_once_the_second_reads_nothing_again(tmp_path: Path) -> None:
    client = OutputClient(tmp_path)
    client.write(ComputeIOType.STDOUT, _lines(400_000))
    tail = CapturedTail(client, "r", "f")
    await asyncio.gather(tail.read_on(), tail.read_on())
    assert tail.of("stdout").text.endswith("line 000399999 of the step's output\n")
    assert client.bytes_sent < 4 * TAIL


@pytest.mark.parametrize(
    "count",
    [0, 1, 7000, 8000, 16_000, 100_000],
    ids=["none", "1", "7000", "8000", "16000", "100000"],
)
async def test_what_is_shown_is_the_end_of_what_was_printed(tmp_path: Path, count: int) -> None:
    client = OutputClient(tmp_path)
    content = _lines(count)
    client.write(ComputeIOType.STDERR, content)
    tail = CapturedTail(client, "r", "f")
    await tail.read_on()
    found = tail.of("stderr")
    assert content.endswith(found.text.encode())
    assert found.skipped == len(content) - len(found.text)
    assert found.skipped == 0 or len(found.text) >= TAIL - 100


async def test_output_that_grows_is_followed_from_where_it_was_read(tmp_path: Path) -> None:
    client = OutputClient(tmp_path)
    client.write(ComputeIOType.STDOUT, _lines(50_000))
    tail = CapturedTail(client, "r", "f")
    await tail.read_on()
    before = tail.of("stdout")
    client.write(ComputeIOType.STDOUT, b"and more\n")
    await tail.read_on()
    after = tail.of("stdout")
    assert after.text == before.text + "and more\n"
    assert (after.size, after.skipped) == (before.size + 9, before.skipped)


def test_of_output_that_grows_for_long_the_newest_is_kept() -> None:
    tail, size = Tail(), 0
    for _ in range(30):
        size += 300_000
        tail = tail.grown("x" * 299_999 + "\n", size)
        assert len(tail.text) <= MOST_KEPT
        assert tail.skipped == size - len(tail.text)
    assert tail.text.startswith("x" * 299_999)


def _captured(key: str, *steps: str) -> Event:
    return Event(0.0, "DEBUG", "LOGS_CAPTURED", "", file_key=key, captured_steps=steps)


def test_output_is_named_by_its_steps_and_their_attempts() -> None:
    events = [
        _captured("k1", "load"),
        _captured("k2", "clean"),
        _captured("k3", "load"),
        _captured("k4"),
        _captured("k5", "a", "b", "c", "d", "e"),
    ]
    assert captured_names(events) == {
        "k1": "load, attempt 1",
        "k2": "clean",
        "k3": "load, attempt 2",
        "k4": "the run's process",
        "k5": "a, b, c and 2 more",
    }


def test_a_file_that_a_server_names_for_its_step_alone_has_the_steps_name() -> None:
    events = [Event(0.0, "INFO", "STEP_START", "", step="load"), _captured("load")]
    assert captured_names(events) == {"load": "load"}


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("0/200000\r1/200000\r200000/200000\n", "200000/200000\n"),
        ("50%\r100%\r\nnext", "100%\nnext"),
        ("plain", "plain"),
        ("a\r\r\r", "a"),
    ],
    ids=["progress", "windows line end", "none", "returned"],
)
def test_of_a_line_that_is_written_over_the_last_state_is_shown(printed: str, shown: str) -> None:
    assert last_states(printed) == shown


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 KB"), (262_144, "262 KB"), (1.5e8, "150 MB")],
    ids=["none", "bytes", "a thousand", "kilobytes", "megabytes"],
)
def test_a_size_has_two_digits_or_more(count: float, text: str) -> None:
    assert bytes_text(int(count)) == text
