"""What was found of one part, and what a person does next where it is at fault."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from console.exits import FAILED


class Verdict(Enum):
    """Whether a part needs somebody."""

    GOOD = "good"
    NOTE = "note"
    """Nothing is wrong, and somebody may want to know."""
    UNKNOWN = "not known"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the page."""

    part: str
    verdict: Verdict
    words: str
    next_step: str = ""
    code: int = FAILED
    """The exit code where it is a fault."""


def good(part: str, words: str) -> Finding:
    return Finding(part, Verdict.GOOD, words)


def note(part: str, words: str, next_step: str = "") -> Finding:
    return Finding(part, Verdict.NOTE, words, next_step)


def unknown(part: str, words: str, next_step: str = "") -> Finding:
    return Finding(part, Verdict.UNKNOWN, words, next_step)


def fault(part: str, words: str, next_step: str, code: int = FAILED) -> Finding:
    return Finding(part, Verdict.FAULT, words, next_step, code)
