"""`python3 tools/install.py FOLDER --constraint FILE [--uv PATH] PACKAGE…`: a virtual environment.

uv installs, from the package index into the environment itself; pip where uv can't be had.
Both obey the same constraints and pip's own settings. The standard library alone.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import subprocess
import sys
from collections import deque
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.progress import Progress

SETTINGS_OF_UV = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "cert": ("SSL_CERT_FILE", " "),
}
"""By pip's name: the variable that uv reads, and what stands between two values."""
LINES_OF_A_FAULT = 20


class CommandError(Exception):
    """A command failed; holds the last lines that it wrote."""


class Installed:
    """How far uv or pip is, told from the lines that they write."""

    def __init__(self) -> None:
        self.packages = 0
        self.collected = 0
        self.begun: dict[str, float] = {}
        self.done: set[str] = set()
        self.last = ""

    def read(self, line: str) -> str:
        """Takes one line and returns how far it is in words."""
        if found := re.search(r"Resolved (\d+) packages", line):
            self.packages = int(found[1])
        elif found := re.match(r"\s*Downloading (\S+) \(([\d.]+)([KMG]iB)\)", line):
            self.begun[found[1]] = float(found[2]) * {"K": 2**-10, "M": 1, "G": 2**10}[found[3][0]]
        elif found := re.match(r"\s*Downloaded (\S+)", line):
            self.done.add(found[1])
        elif re.match(r"\s*Collecting ", line):
            self.collected += 1
            self.last = line.strip()
        elif re.match(r"Prepared|Installing collected", line):
            self.last = "unpacking into the environment"
        return self._words()

    def _words(self) -> str:
        if self.last:
            return f"{self.collected} packages, {self.last}" if self.collected else self.last
        if not self.begun:
            return f"{self.packages} packages chosen" if self.packages else "choosing versions"
        had = sum(self.begun[name] for name in self.done & self.begun.keys())
        return f"{self.packages} packages, {had:.0f} of {sum(self.begun.values()):.0f} MiB"


def main() -> int:
    """Makes the environment where there is none and installs into it; 1 when that fails."""
    asked = _parser().parse_args()
    python = asked.folder / "bin" / "python"
    try:
        with Progress() as progress:
            if not python.exists():
                progress.begin(f"making {asked.folder}")
                _run([sys.executable, "-m", "venv", str(asked.folder)], progress)
            uv = asked.uv or asked.folder / "bin" / "uv"
            if not asked.uv:
                progress.begin("fetching uv")
                _fetch_uv(python, asked.constraint, progress)
            _install(python, uv, asked, progress)
            progress.end_step()
    except CommandError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Makes a virtual environment with packages in it.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("packages", nargs="+")
    parser.add_argument("--constraint", required=True)
    parser.add_argument("--editable", action="store_true", help="the one package is a folder")
    parser.add_argument("--uv", type=Path, help="one that is there; without it, it is fetched")
    return parser


def _fetch_uv(python: Path, constraint: str, progress: Progress) -> None:
    command = [*_pip(python), "--constraint", constraint, "--only-binary", ":all:", "uv"]
    try:
        _run(command, progress)
    except CommandError:
        progress.detail = "can't be had; pip installs"


def _install(python: Path, uv: Path, asked: argparse.Namespace, progress: Progress) -> None:
    packages = ["--editable", *asked.packages] if asked.editable else asked.packages
    options = ["--constraint", asked.constraint, *packages]
    if uv.exists():
        progress.begin(f"installing into {asked.folder}")
        command = [str(uv), "pip", "install", "--python", str(python), *options]
        try:
            return _run(command, progress, os.environ | _settings_of_uv(python))
        except CommandError as error:
            progress.detail = f"uv failed ({str(error).splitlines()[-1]}); pip installs"
    progress.begin(f"installing into {asked.folder} (pip)")
    return _run([*_pip(python), *options], progress)


def _pip(python: Path) -> list[str]:
    return [str(python), "-m", "pip", "install", "--progress-bar", "off"]


def _settings_of_uv(python: Path) -> Mapping[str, str]:
    """Pip's settings of indexes and certificates as uv's variables, where uv has none of its own."""
    command = [str(python), "-m", "pip", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    settings: dict[str, str] = {}
    for line in listed.splitlines():
        name, _, value = line.partition("=")
        variable, between = SETTINGS_OF_UV.get(name.rpartition(".")[2], ("", ""))
        if variable and variable not in os.environ:
            settings[variable] = between.join(str(ast.literal_eval(value)).split())
    return settings


def _run(
    command: list[str], progress: Progress, environment: Mapping[str, str] | None = None
) -> None:
    """Runs `command` while `progress` tells how far it is; raises CommandError."""
    last: deque[str] = deque(maxlen=LINES_OF_A_FAULT)
    installed = Installed()
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environment,
    ) as running:
        for line in running.stdout or ():
            last.append(line)
            progress.detail = installed.read(line)
    if running.returncode:
        raise CommandError("".join(last).strip() or f"{command[0]} ended with {running.returncode}")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
