"""Standard input, output and error, whatever the shell made of them."""

from __future__ import annotations

import codecs
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from io import TextIOWrapper

_ALIKE = "dagdeck-alike"


def open_standard_streams() -> None:
    """None of the three is missing, and none fails over a character that it can't encode.

    A stream that the shell closed reads and writes nothing, as with the null device: else
    the next file or connection that is opened would take its place.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            setattr(sys, name, _nothing(number))
    codecs.register_error(_ALIKE, _alike)
    for stream in (sys.stdout, sys.stderr):
        _write_alike(stream)


def drop_output() -> None:
    """Whatever is still to be written to stdout goes nowhere."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say_last(text: str) -> None:
    """A last sentence on stderr, if anybody can still read it."""
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)  # noqa: T201 - what a command prints


def _nothing(number: int) -> TextIO:
    with suppress(OSError):
        os.close(number)
    descriptor = os.open(os.devnull, os.O_RDWR)
    if descriptor != number:
        os.dup2(descriptor, number)
        os.close(descriptor)
    return os.fdopen(number, "w" if number else "r")


def _write_alike(stream: TextIO | TextIOWrapper) -> None:
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors=_ALIKE)


def _alike(error: UnicodeError) -> tuple[str, int]:
    """A codec's error handler: characters that can't be encoded by ASCII ones like them."""
    from console.domain.ascii import ascii_only

    assert isinstance(error, UnicodeEncodeError)
    return ascii_only(error.object[error.start : error.end]), error.end
