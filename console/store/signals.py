"""Who is told of a change."""

from __future__ import annotations

import logging
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Topic(Enum):
    """A kind of change."""

    CONNECTION = auto()
    STRUCTURE = auto()
    STATUS = auto()
    RUNS = auto()
    RUN = auto()


class Signals:
    """Listeners by topic; a listener is called in the event loop's thread."""

    def __init__(self, mistaken: Callable[[Exception], None] | None = None) -> None:
        """`mistaken` is told of what a listener raises, which keeps nobody else from being told."""
        self._listeners: list[Callable[[Topic], None]] = []
        self._mistaken = mistaken

    def listen(self, listener: Callable[[Topic], None]) -> Callable[[], None]:
        """Call `listener` on every change, until the returned function is called."""
        self._listeners.append(listener)

        def forget() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return forget

    def tell(self, topic: Topic) -> None:
        for listener in list(self._listeners):
            try:
                listener(topic)
            except Exception as error:
                logging.getLogger(__name__).error("a listener to %s", topic.name, exc_info=error)
                if self._mistaken is not None:
                    self._mistaken(error)
