"""Keeps each figure from the moment that it is measured: on the terminal and in a file."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.benchmarks.measurement import Measurement, line

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@dataclass
class Record:
    """The figures so far; `file` holds all of them after each, as JSON."""

    file: Path
    measured: list[Measurement] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """The subjects that a fault ended early."""

    @property
    def ok(self) -> bool:
        """Whether everything was measured and is within its limits."""
        return not self.faults and all(one.ok for one in self.measured)

    def take(self, subject: str, measurements: Iterable[Measurement]) -> None:
        """Prints and keeps each figure; a fault ends the subject and is told in a line."""
        try:
            for one in measurements:
                self.measured.append(one)
                print(line(one), flush=True)
                self._keep()
        except Exception as error:
            self.faults.append(subject)
            reason = str(error).strip().splitlines() or ["no reason given"]
            print(
                f"{subject} ended early: {type(error).__name__}: {reason[0]}",
                file=sys.stderr,
                flush=True,
            )

    def _keep(self) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps([one.as_json() for one in self.measured], indent=1) + "\n"
        written = self.file.with_suffix(".part")
        written.write_text(text, encoding="utf-8")
        written.replace(self.file)
