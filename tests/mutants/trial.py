"""The tests against one mutant, in a process that has the libraries loaded already."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

MOST_SECONDS = 600.0
"""A mutant that never ends is killed, too."""
LOOK_SECONDS = 0.05


def tests_of(file: Path, tests: Path) -> list[str]:
    """The tests that import the file's module by name; those of its folder where none does."""
    module = ".".join(file.with_suffix("").parts)
    folder = ".".join(file.parent.parts)
    texts = {one: one.read_text(encoding="utf-8") for one in sorted(_near(tests))}
    for name in (module, folder):
        wanted = re.compile(rf"^\s*(?:from|import) {re.escape(name)}\b", re.MULTILINE)
        if found := [str(one) for one, text in texts.items() if wanted.search(text)]:
            return found
    return []


def _near(tests: Path) -> list[Path]:
    return [*tests.glob("unit/console/test_*.py"), *tests.glob("staleness/test_*.py")]


def is_killed(copy: Path, paths: list[str]) -> bool:
    """Whether a test of `paths` fails in the folder `copy`, or doesn't end."""
    if not paths:
        return False
    child = os.fork()
    if child == 0:
        _run_and_exit(copy, paths)
    deadline = time.monotonic() + MOST_SECONDS
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status != 0
        time.sleep(LOOK_SECONDS)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def _run_and_exit(copy: Path, paths: list[str]) -> None:
    """In the child: never returns."""
    os.setpgid(0, 0)
    os.chdir(copy)
    sys.path.insert(0, str(copy))
    sys.dont_write_bytecode = True
    for name in [name for name in sys.modules if name.split(".")[0] in ("console", "tests")]:
        del sys.modules[name]
    import pytest

    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        options = ["-x", "-q", "-p", "no:cacheprovider", "-W", "ignore"]
        code = int(pytest.main([*options, *paths]))
    os._exit(code)
