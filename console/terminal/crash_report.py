"""A report of a crash: where the code was and what it ran on, without anybody's secrets.

No values of variables are in it. Out of the error's own words every password in a URL is
taken, and the value of each environment variable whose name sounds like a secret.
"""

from __future__ import annotations

import os
import platform
import re
import sys
import traceback
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from console.domain.text import clean
from console.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SOUNDS_SECRET = re.compile(r"TOKEN|SECRET|PASS|KEY|CREDENTIAL|AUTH|HEADER|COOKIE", re.IGNORECASE)
_USER_IN_URL = re.compile(r"//[^/@\s]+@")
_SHORTEST_SECRET = 4
HIDDEN = "********"
_TOLD_VARIABLES = ("TERM", "COLORTERM", "TERM_PROGRAM", "LANG", "LC_ALL", "LC_CTYPE", "TMUX", "STY")


def write_crash_report(folder: Path, error: BaseException, secrets: Iterable[str] = ()) -> Path:
    """The file that was written in `folder`. Raises OSError where none can be."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"crash-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}.txt"
    text = without_secrets(crash_report(error), secrets)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def crash_sentence(folder: Path, error: BaseException) -> str:
    """Writes the report and says where it is, or why there is none."""
    try:
        report = write_crash_report(folder, error)
    except OSError as problem:
        return (
            f"ended by an error of its own ({type(error).__name__}), "
            f"and no report of it can be written: {problem.strerror}"
        )
    return f"ended by an error of its own; {report} tells of it"


def crash_report(error: BaseException) -> str:
    """The report's text, secrets still in it."""
    lines = [
        f"dagdeck {_version('dagdeck')} ended at {datetime.now(UTC).isoformat(timespec='seconds')}",
        f"python {platform.python_version()} on {sys.platform}, textual {_version('textual')}",
        " ".join(f"{name}={os.environ.get(name, '')!r}" for name in _TOLD_VARIABLES),
        "",
        *traceback.format_exception(error),
    ]
    return clean("\n".join(line.rstrip("\n") for line in lines)) + "\n"


def without_secrets(
    text: str, secrets: Iterable[str] = (), environment: Mapping[str, str] = os.environ
) -> str:
    """`text` with every secret that is known replaced by asterisks."""
    sounding = (value for name, value in environment.items() if _SOUNDS_SECRET.search(name))
    for secret in sorted({*secrets, *sounding}, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, HIDDEN)
    text = redacted(text)
    return _USER_IN_URL.sub(f"//{HIDDEN}@", text)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "?"
