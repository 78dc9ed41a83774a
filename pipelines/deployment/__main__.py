"""`python -m pipelines.deployment up [--wait] | down | ps [--json]`."""

from __future__ import annotations

import argparse
import sys

from pipelines.deployment.errors import FAILED, INTERRUPTED, USAGE, DeploymentError
from pipelines.deployment.home import Home
from pipelines.deployment.show import as_json, as_table, rows
from pipelines.deployment.start import up
from pipelines.deployment.stop import down
from pipelines.settings import Settings, WrongSettingsError


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; the exit code is 0 done, 1 failed, 2 usage, 3 out of reach, 4 refused."""
    asked = _parser().parse_args(arguments)
    try:
        return _run(asked, Settings())
    except WrongSettingsError as error:
        _say(str(error))
        return USAGE
    except DeploymentError as error:
        _say(str(error))
        return error.exit_code
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _say(f"{where}{error.strerror or error}. The state folder is set by DAGDECK_HOME.")
        return FAILED
    except KeyboardInterrupt:
        _say("Interrupted.")
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("dagdeck", description="The local deployment.")
    commands = parser.add_subparsers(dest="command", required=True)
    up_parser = commands.add_parser("up", help="start what is not running")
    up_parser.add_argument("--wait", action="store_true", help="return once the code is loaded")
    commands.add_parser("down", help="stop everything")
    ps_parser = commands.add_parser("ps", help="show the parts")
    ps_parser.add_argument("--json", action="store_true", help="for programs")
    return parser


def _run(asked: argparse.Namespace, settings: Settings) -> int:
    match asked.command:
        case "up":
            _print(up(settings, asked.wait, _say))
        case "down":
            down(Home(settings.home.expanduser().resolve()), _say)
        case "ps":
            _print(as_json(rows(settings)) if asked.json else as_table(rows(settings)))
    return 0


def _say(words: str) -> None:
    sys.stderr.write(words + "\n")
    sys.stderr.flush()


def _print(data: str) -> None:
    sys.stdout.write(data + "\n")


if __name__ == "__main__":
    sys.exit(main())
