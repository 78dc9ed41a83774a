import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks.measurement import Measurement
from tests.benchmarks.record import Record


def test_each_figure_is_on_the_terminal_and_in_the_file_before_the_next_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "build" / "bench.json"

    def measured() -> Iterator[Measurement]:
        yield Measurement("first", 1.0, "s")
        assert "first" in capsys.readouterr().out
        assert [one["name"] for one in json.loads(file.read_text())] == ["first"]
        yield Measurement("second", 2.0, "s")

    record = Record(file)
    record.take("subject", measured())
    assert record.faults == []
    assert [one["name"] for one in json.loads(file.read_text())] == ["first", "second"]


def test_a_late_fault_loses_nothing_that_was_measured_and_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> Iterator[Measurement]:
        yield Measurement("kept", 1.0, "s")
        raise RuntimeError("the server is gone")

    record = Record(tmp_path / "bench.json")
    record.take("broken", broken())
    record.take("next", [Measurement("measured after", 3.0, "s")])
    kept = [one["name"] for one in json.loads(record.file.read_text())]
    assert kept == ["kept", "measured after"]
    assert "broken ended early: RuntimeError: the server is gone" in capsys.readouterr().err
    assert not record.ok
