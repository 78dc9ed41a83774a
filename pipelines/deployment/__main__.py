"""`python -m pipelines.deployment up [--profile PROFILE] [--wait | --check] | down | ps [--json] | backup FILE | restore FILE`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pipelines.deployment.command import exit_code
from pipelines.deployment.home import Home
from pipelines.deployment.show import as_json, as_table, rows
from pipelines.deployment.start import up
from pipelines.deployment.stop import down
from pipelines.deployment.waiting import Waiting
from pipelines.settings import Settings


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; the exit code is 0 done, 1 failed, 2 usage, 3 out of reach, 4 refused."""
    asked = _parser().parse_args(arguments)
    return exit_code(lambda: _run(asked, Settings()))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("dagdeck", description="The local deployment.")
    commands = parser.add_subparsers(dest="command", required=True)
    up_parser = commands.add_parser("up", help="start what is not running")
    up_parser.add_argument(
        "--profile",
        choices=("embedded", "stack"),
        help="where a new home's tables are: in files under DuckDB, or in Nessie and S3 under Trino",
    )
    up_parser.add_argument("--wait", action="store_true", help="return once the code is loaded")
    up_parser.add_argument(
        "--check", action="store_true", help="say what would be done to the home, and do nothing"
    )
    commands.add_parser("down", help="stop everything")
    for name, words in (
        ("backup", "write everything of the home to one file, while it runs"),
        ("restore", "make an empty home what a backup holds"),
    ):
        commands.add_parser(name, help=words).add_argument("file", type=Path, metavar="FILE")
    ps_parser = commands.add_parser("ps", help="show the parts")
    ps_parser.add_argument("--json", action="store_true", help="for programs")
    return parser


def _run(asked: argparse.Namespace, settings: Settings) -> None:
    match asked.command:
        case "up" if asked.check:
            from pipelines.deployment.check import check

            _print("\n".join(check(settings, Waiting())))
        case "up":
            chosen = Settings(lakehouse=asked.profile) if asked.profile else settings
            _print(up(chosen, asked.wait, Waiting()))
        case "backup":
            from pipelines.deployment.backup import backup

            done = backup(settings, asked.file, Waiting())
            _print(f"{asked.file}: {sum(done.rows.values())} rows of {len(done.rows)} tables.")
        case "restore":
            from pipelines.deployment.restore import restore

            done = restore(settings, asked.file, Waiting())
            _print(f"{sum(done.rows.values())} rows of {len(done.rows)} tables are as they were.")
        case "down":
            down(Home(settings.home.expanduser().resolve()), _say)
        case "ps":
            _print(as_json(rows(settings)) if asked.json else as_table(rows(settings)))


def _say(words: str) -> None:
    sys.stderr.write(words + "\n")
    sys.stderr.flush()


def _print(data: str) -> None:
    sys.stdout.write(data + "\n")


if __name__ == "__main__":
    sys.exit(main())
