"""Writers that commit at the same time lose nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from typing import IO

import pytest

from tests.integration.lakehouse import Lakehouse, settled_days


def started(stack: ExitStack, days: list[date]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.integration.writer", *map(str, days)]
    pipe = subprocess.PIPE
    return stack.enter_context(
        subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    )


def pipe_of(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


def inserted_at_once(groups: list[list[date]]) -> Iterator[dict[str, int]]:
    """Loads each group of days in a process of its own, all let go at the same moment."""
    with ExitStack() as stack:
        writers = [started(stack, days) for days in groups]
        for writer in writers:
            assert pipe_of(writer.stdout).readline() == "ready\n"
        for writer in writers:
            pipe_of(writer.stdin).write("go\n")
            pipe_of(writer.stdin).flush()
        for writer in writers:
            out, err = writer.communicate(timeout=300)
            assert writer.returncode == 0, err
            yield json.loads(out)


@pytest.mark.parametrize("overlap", [False, True], ids=["days of their own", "the same days"])
def test_four_writers_at_once_store_each_reading_once(lakehouse: Lakehouse, overlap: bool) -> None:
    days = settled_days(4)
    groups = [days[i:] + days[:i] if overlap else [days[i]] for i in range(4)]
    inserted: Counter[str] = Counter()
    for told in inserted_at_once(groups):
        inserted.update(told)
    expected = {entry["_id"]: entry["sgv"] for day in days for entry in lakehouse.readings(day)}
    rows = lakehouse.raw(days)
    assert {row["_id"]: row["sgv"] for row in rows} == expected
    assert len(rows) == len(expected)
    assert sum(inserted.values()) == len(expected)
