"""`python -m tests.mutants [--count N] [--seed N] [PATH …]`: changes one place after the other.

For each change the tests that import the file are run first, and all others of the console
where those pass. A change under which every test passes has survived: a test is missing, or
the change means the same; those of `equivalent.py` are known to, and aren't drawn. Works on a
copy; writes `build/mutants.json`.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

from tests.mutants.equivalent import is_equivalent
from tests.mutants.mutations import Mutation, mutations
from tests.mutants.trial import is_killed, tests_of

PARTS = ("console/planner", "console/domain", "console/store")
COPIED = ("console", "pipelines", "tests", "pyproject.toml")
EVERYTHING = ("tests/unit/console", "tests/staleness", "tests/snapshots")
WRITTEN_TO = Path("build/mutants.json")


def main() -> int:
    """Prints a line a mutant; 1 when less than nine of ten are killed."""
    asked = _parser().parse_args()
    files = [file for path in asked.paths for file in _files(Path(path))]
    every = [one for file in files for one in mutations(file)]
    random.Random(asked.seed).shuffle(every)
    chosen = list(islice((one for one in every if not _means_the_same(one)), asked.count))
    print(f"{len(chosen)} of {len(every)} mutants of {len(files)} files", flush=True)
    survived: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory(prefix="dagdeck-mutants-") as folder:
        copy = _copied(Path(folder))
        for number, mutant in enumerate(chosen, 1):
            killed, change, seconds = _tried(mutant, copy, thorough=not asked.nearest)
            word = "killed" if killed else "SURVIVED"
            print(f"{number:4} {word:8} {seconds:4.0f} s  {change}", flush=True)
            if not killed:
                survived.append({"file": str(mutant.file), "line": mutant.line, "change": change})
                _write(survived, number)
    share = 1 - len(survived) / max(len(chosen), 1)
    print(f"{share:.0%} of {len(chosen)} killed")
    _write(survived, len(chosen))
    return 0 if share >= 0.9 else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.mutants")
    parser.add_argument("paths", nargs="*", default=PARTS, help="files or folders of the console")
    parser.add_argument("--count", type=int, default=200, help="how many are drawn")
    parser.add_argument("--seed", type=int, default=1, help="which are drawn")
    parser.add_argument("--nearest", action="store_true", help="only tests that import the file")
    return parser


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def _copied(folder: Path) -> Path:
    for name in COPIED:
        if Path(name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(name, folder / name, ignore=ignored)
        else:
            shutil.copy(name, folder / name)
    return folder


def _means_the_same(mutant: Mutation) -> bool:
    """Whether it changes nothing, or nothing that can be told."""
    code = mutant.file.read_text(encoding="utf-8")
    changed = mutant.mutated(code)
    return changed is None or is_equivalent(mutant.file, *_lines(code, changed))


def _tried(mutant: Mutation, copy: Path, *, thorough: bool) -> tuple[bool, str, float]:
    """Whether a test fails under the change, the change in words, and the seconds it took."""
    code = mutant.file.read_text(encoding="utf-8")
    changed = mutant.mutated(code)
    assert changed is not None
    started = time.monotonic()
    (copy / mutant.file).write_text(changed, encoding="utf-8")
    try:
        near = tests_of(mutant.file, Path("tests"))
        killed = is_killed(copy, near) or (thorough and is_killed(copy, list(EVERYTHING)))
    finally:
        (copy / mutant.file).write_text(code, encoding="utf-8")
    change = " → ".join(_lines(code, changed))
    return killed, f"{mutant.file}:{mutant.line}: {change}", time.monotonic() - started


def _lines(before: str, after: str) -> tuple[str, str]:
    """The first line that differs, as it was and as it is."""
    pairs = zip(before.splitlines(), after.splitlines(), strict=False)
    return next(((old.strip(), new.strip()) for old, new in pairs if old != new), ("", ""))


def _write(survived: list[dict[str, object]], tried: int) -> None:
    WRITTEN_TO.parent.mkdir(exist_ok=True)
    text = json.dumps({"tried": tried, "survived": survived}, indent=1, ensure_ascii=False)
    WRITTEN_TO.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
