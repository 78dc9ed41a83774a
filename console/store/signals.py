"""Who is told of a change."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Topic(Enum):
    """What changed."""

    CONNECTION = auto()
    STRUCTURE = auto()
    STATUS = auto()
    RUNS = auto()
    RUN = auto()


class Signals:
    """Listeners by topic; a listener is called in the event loop's thread."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Topic], None]] = []

    def listen(self, listener: Callable[[Topic], None]) -> Callable[[], None]:
        """Call `listener` on every change, until the returned function is called."""
        self._listeners.append(listener)

        def forget() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return forget

    def tell(self, topic: Topic) -> None:
        for listener in list(self._listeners):
            listener(topic)
