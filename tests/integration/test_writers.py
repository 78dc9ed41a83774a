"""Writers that commit at the same time lose nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from datetime import date, timedelta
from typing import IO, TYPE_CHECKING

import pytest

from tests.integration.lakehouse import RECENT, Lakehouse, settled_days
from tests.thoroughness import rounds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipelines.settings import Settings

WRITERS, ROUNDS = 4, rounds(20, 6)


class Writer:
    """A process that loads days when it is told to."""

    def __init__(self, stack: ExitStack, environment: Mapping[str, str] | None = None) -> None:
        command = [sys.executable, "-m", "tests.integration.writer"]
        pipe = subprocess.PIPE
        self.process = stack.enter_context(
            subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment)
        )
        stack.callback(self.process.kill)

    def send(self, days: list[date]) -> None:
        stream = pipe_of(self.process.stdin)
        stream.write(" ".join(map(str, days)) + "\n")
        stream.flush()

    def told(self) -> str:
        line = pipe_of(self.process.stdout).readline()
        assert line, f"a writer ended with {self.process.wait(30)}"
        return line


def pipe_of(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


@pytest.fixture(scope="module")
def writers(lakehouse_settings: Settings) -> Iterator[list[Writer]]:
    assert lakehouse_settings.home.is_dir()
    with ExitStack() as stack:
        started = [Writer(stack) for _ in range(WRITERS)]
        assert [writer.told() for writer in started] == ["ready\n"] * WRITERS
        yield started


def inserted_at_once(writers: list[Writer], groups: list[list[date]]) -> Counter[str]:
    """Loads each group of days in a process of its own, all let go at the same moment."""
    for writer, days in zip(writers, groups, strict=True):
        writer.send(days)
    inserted: Counter[str] = Counter()
    for writer in writers:
        inserted.update(json.loads(writer.told()))
    return inserted


def assert_each_reading_once(
    lakehouse: Lakehouse, days: list[date], inserted: Counter[str]
) -> None:
    expected = {entry["_id"]: entry["sgv"] for day in days for entry in lakehouse.readings(day)}
    rows = lakehouse.raw(days)
    assert {row["_id"]: row["sgv"] for row in rows} == expected
    assert len(rows) == len(expected)
    assert sum(inserted.values()) == len(expected)


def test_again_and_again_four_writers_at_once_store_each_reading_once(
    lakehouse: Lakehouse, writers: list[Writer]
) -> None:
    newest = RECENT - timedelta(days=3)
    days = [newest - timedelta(days=i) for i in range(WRITERS * ROUNDS)]
    inserted: Counter[str] = Counter()
    for start in range(0, len(days), WRITERS):
        inserted += inserted_at_once(writers, [[day] for day in days[start : start + WRITERS]])
    assert_each_reading_once(lakehouse, days, inserted)


def test_four_writers_of_the_same_days_store_each_reading_once(
    lakehouse: Lakehouse, writers: list[Writer]
) -> None:
    days = settled_days(WRITERS)
    inserted = inserted_at_once(writers, [days[i:] + days[:i] for i in range(WRITERS)])
    assert_each_reading_once(lakehouse, days, inserted)
