"""Somebody who reads while others write."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import TypeVar

Seen = TypeVar("Seen", bound=Hashable)


@contextmanager
def reading(look: Callable[[], Seen]) -> Iterator[set[Seen]]:
    """What `look` saw, again and again till the block ends."""
    seen: set[Seen] = set()
    ended = Event()

    def read() -> None:
        while not ended.is_set():
            seen.add(look())

    reader = Thread(target=read)
    reader.start()
    try:
        yield seen
    finally:
        ended.set()
        reader.join()
