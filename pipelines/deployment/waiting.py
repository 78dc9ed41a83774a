"""The progress bar of `up` below the lines that it prints."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)


class Waiting:
    """Writes lines to stderr; on a terminal a bar of the parts that are ready is below them."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
        )
        self._task: TaskID | None = None

    def __call__(self, words: str) -> None:
        """Writes one line."""
        if self._task is not None:
            self._console.print(words, markup=False)
        else:
            sys.stderr.write(words + "\n")
            sys.stderr.flush()

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Shows the bar within the block, if this is a terminal."""
        if not self._console.is_terminal:
            yield
            return
        with self._progress:
            self._task = self._progress.add_task("starting", total=None)
            try:
                yield
            finally:
                self._task = None

    def expects(self, parts: int) -> None:
        """Says how many parts have to become ready."""
        if self._task is not None:
            self._progress.update(self._task, total=parts)

    def waits_for(self, name: str) -> None:
        """Names the part that is awaited."""
        if self._task is not None:
            self._progress.update(self._task, description=f"waiting for the {name}")

    def ready(self) -> None:
        """Notes that one part more is ready."""
        if self._task is not None:
            self._progress.advance(self._task)
