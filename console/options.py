"""Defines and parses the options of the command line."""

from __future__ import annotations

import argparse
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from console.domain.selection.syntax import BadSelection, parse
from console.door_options import add_door_options
from console.exits import USAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from _typeshed import SupportsWrite

COMMANDS = (
    *(
        "up",
        "down",
        "ps",
        "backup",
        "restore",
        "status",
        "plan",
        "backfill",
        "apply",
        "diff",
        "verify",
        "backfills",
        "runs",
        "failures",
        "why",
        "logs",
    ),
    *("open", "login", "profiles", "config", "doctor"),
)
EXITS = (
    "exit codes: 0 done, 1 what was asked failed, 2 usage, 3 Dagster out of reach, 4 refused, "
    "5 sent, outcome unknown, 70 an error of dagdeck itself, 130 interrupted"
)
NEWEST = "newest"
PLANNING = ("plan", "backfill")
RUN_WORDS = ("missing", "failed", "stale", "fresh")


class Parser(argparse.ArgumentParser):
    """Reports an error in one sentence with the nearest right word."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"{self.prog}: {_sentence(message)}\n")

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        """Prints the help; unlike argparse, raises OSError where it can't be written."""
        (file or sys.stdout).write(self.format_help())


def read_options(arguments: Sequence[str]) -> argparse.Namespace:
    """Parses the arguments; exits with 2 and one sentence if they can't be parsed."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        if getattr(options, "watch", None):
            return options
        if options.command in PLANNING:
            if not getattr(options, "resume", None) or options.selections or options.assets:
                options.assets = _either([*options.selections, *options.assets])
        elif options.command == "open":
            options.url = options.address
        elif options.command == "status":
            options.assets = _either(options.selections or ["*"])
    except BadSelection as error:
        parser.error(str(error))
    return options


def _parser() -> Parser:
    parser = Parser(
        prog="dagdeck",
        description="A terminal console for operating a Dagster deployment. Without a command it opens.",
        epilog=f"local deployment: dagdeck up | down | ps | backup | restore.  {EXITS}",
        parents=[_shared(first=True)],
    )
    parser.add_argument("--ascii", action="store_true", help="draw with ASCII alone")
    parser.add_argument("-V", "--version", action=_Version, help="the version of dagdeck")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    _add_local(commands)
    _add_status(commands)
    _add_plan(commands)
    _add_backfill(commands)
    _add_plan_files(commands)
    _add_backfills(commands)
    _add_runs(commands)
    _add_logs(commands)
    _add_doors(commands)
    return parser


class _Version(argparse.Action):
    """Prints the version, which is looked up only here since that slows down the start."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str | None = None) -> None:
        super().__init__(option_strings, dest, nargs=0, default=argparse.SUPPRESS, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"dagdeck {version('dagdeck')}")
        parser.exit()


def _shared(*, first: bool = False) -> Parser:
    """The options allowed before or after the command; defaults after it don't reset those before."""
    shared = Parser(add_help=False)
    url, read_only = (None, False) if first else (argparse.SUPPRESS, argparse.SUPPRESS)
    shared.add_argument(
        "--url",
        default=url,
        help="Dagster's webserver; else DAGDECK_URL, else the local deployment",
    )
    shared.add_argument(
        "--read-only", action="store_true", default=read_only, help="send no mutation"
    )
    shared.add_argument(
        "--profile",
        default=url,
        metavar="NAME",
        help="a deployment of config.toml; else DAGDECK_PROFILE, else its default",
    )
    add_door_options(shared, url)
    return shared


def _add_local(commands: argparse._SubParsersAction[Parser]) -> None:
    """Adds the local commands for the list in `--help`; they are passed on before parsing."""
    for name, words in (
        ("up", "start the local deployment"),
        ("down", "stop it"),
        ("ps", "show its parts"),
        ("backup", "write all of it to one file, while it runs"),
        ("restore", "make an empty state folder what a backup holds"),
    ):
        commands.add_parser(name, help=words)


def _add_status(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = commands.add_parser(
        "status", help="what is materialized, failed, missing, running, late", parents=[_shared()]
    )
    parser.add_argument("selections", nargs="*", metavar="SELECTION", help="only these assets")
    parser.add_argument(
        "--bad",
        action="store_true",
        help="only failed, stale, missing partitions as ranges, with the newest cause",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="exit 1 when something is late, failed in the last 24 hours, or isn't well",
    )
    parser.add_argument("--json", action="store_true")


def _add_plan(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = commands.add_parser(
        "plan", help="what a backfill would do, partition by partition", parents=[_shared()]
    )
    _add_request(parser)
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="keep the plan for `apply` and `diff`"
    )


def _add_plan_files(commands: argparse._SubParsersAction[Parser]) -> None:
    apply = commands.add_parser(
        "apply", help="launch just what a kept plan says", parents=[_shared()]
    )
    apply.add_argument("file", type=Path, metavar="FILE", help="as `plan --out` wrote it")
    apply.add_argument(
        "--elsewhere", action="store_true", help="though it was made for another address"
    )
    _add_launch(apply)
    apply.add_argument("--json", action="store_true")
    apply.set_defaults(dry_run=False)
    verify = commands.add_parser(
        "verify", help="what a kept plan's launch has made; exit 1 until all", parents=[_shared()]
    )
    verify.add_argument("file", type=Path, metavar="FILE")
    verify.add_argument("--json", action="store_true", help="else a report in Markdown")
    diff = commands.add_parser("diff", help="how two kept plans differ; exit 1 when they do")
    diff.add_argument("files", type=Path, nargs=2, metavar="FILE")
    diff.add_argument("--json", action="store_true")


def _add_launch(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="don't ask")
    parser.add_argument("--wait", action="store_true", help="until it ended; exit 1 when it failed")
    parser.add_argument(
        "--anyway", action="store_true", help="though another launch of the same cells came first"
    )


def _add_backfill(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = commands.add_parser("backfill", help="plan, ask, and launch", parents=[_shared()])
    _add_request(parser)
    _add_launch(parser)
    parser.add_argument("--dry-run", action="store_true", help="only plan")
    parser.add_argument(
        "--resume",
        nargs="?",
        const=NEWEST,
        metavar="ID",
        help="what a backfill left undone; without an ID the newest that left something",
    )
    parser.add_argument(
        "--watch", metavar="ID", help="launch nothing: follow a backfill, run or launch to its end"
    )


def _add_backfills(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = commands.add_parser(
        "backfills",
        help="the newest backfills; with an ID, what became of one",
        parents=[_shared()],
    )
    parser.add_argument("backfill", nargs="?", metavar="ID", help="or the beginning of it")
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="of the list; 20")
    parser.add_argument("--json", action="store_true")


def _add_runs(commands: argparse._SubParsersAction[Parser]) -> None:
    runs = commands.add_parser("runs", help="the newest runs, filtered", parents=[_shared()])
    runs.add_argument(
        "filter",
        nargs="*",
        metavar="WORD",
        help="job:NAME, partition:KEY, backfill:ID, tag:KEY=VALUE; other words, !word, /…/",
    )
    runs.add_argument("--state", default="", choices=("failed", "active", "success"))
    runs.add_argument("--limit", type=int, default=50, metavar="N", help="read so many; 50")
    failures = commands.add_parser(
        "failures", help="why runs failed, a line for each cause", parents=[_shared()]
    )
    failures.add_argument("--days", type=float, default=1.0, metavar="N", help="of the last N; 1")
    failures.add_argument("--check", action="store_true", help="exit 1 when a cause is open")
    why = commands.add_parser("why", help="why a run waits or failed", parents=[_shared()])
    why.add_argument("run", metavar="RUN", help="its id, or the beginning of it")
    for parser in (runs, failures, why):
        parser.add_argument("--json", action="store_true", help="an object a line")


def _add_request(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "selections",
        nargs="*",
        metavar="SELECTION",
        help="assets in Dagster's syntax: dlt_entries+, group:x and not kind:y, status:failed",
    )
    parser.add_argument(
        "--assets", action="append", default=[], metavar="SELECTION", help="the same, by name"
    )
    parser.add_argument(
        "--partitions",
        metavar="TEXT",
        help="keys, [first...last], 2026-11-*, last 30, since 2026-11, /regex/, commas between",
    )
    parser.add_argument("--start-date", metavar="KEY", help="the first partition")
    parser.add_argument("--end-date", metavar="KEY", help="the last partition")
    parser.add_argument(
        "--downstream", action="store_true", help="and everything that is made from them"
    )
    parser.add_argument(
        "--run",
        type=_states,
        default="missing,failed,stale",
        metavar="STATES",
        help="of missing,failed,stale,fresh (default: all but fresh)",
    )
    parser.add_argument(
        "--parallel", type=_parallel, metavar="N", help="at most N runs of it at once, 1 to 8"
    )
    parser.add_argument("--title", default="", help="what the backfill is called")
    parser.add_argument("--reason", default="", help="why it is made; a tag of the backfill")
    parser.add_argument(
        "--tag",
        type=_tag,
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a tag of the backfill and its runs",
    )
    parser.add_argument(
        "--config",
        type=_config,
        metavar="FILE",
        help="the run configuration, YAML or JSON, as Dagster's launchpad takes it",
    )
    parser.add_argument("--json", action="store_true")


def _add_logs(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = commands.add_parser("logs", help="the event log of a run", parents=[_shared()])
    parser.add_argument("run", metavar="RUN", help="its id, or the beginning of it")
    parser.add_argument(
        "--follow", action="store_true", help="till the run ends; exit 1 when it failed"
    )
    parser.add_argument("--json", action="store_true", help="a JSON object a line")


def _add_doors(commands: argparse._SubParsersAction[Parser]) -> None:
    opened = commands.add_parser(
        "open", help="open the console on an address of Dagster's web UI", parents=[_shared()]
    )
    opened.add_argument("address", metavar="URL", help="as copied from the browser's address bar")
    login = commands.add_parser(
        "login", help="ask for a credential, try it, and store it", parents=[_shared()]
    )
    login.add_argument("--name", metavar="PROFILE", help="what a new profile is called")
    commands.add_parser("profiles", help="list the deployments of config.toml")
    doctor = commands.add_parser(
        "doctor",
        help="whether the server, this terminal and the files are well",
        parents=[_shared()],
    )
    doctor.add_argument("--json", action="store_true")
    config = commands.add_parser("config", help="check config.toml")
    config.add_argument("what", choices=["check", "path"], help="check it, or say where it is")


def _either(selections: Sequence[str]) -> str:
    """The union of the selections as one selection. Raises BadSelection."""
    if not selections:
        raise BadSelection("no assets named; a SELECTION such as dlt_entries+ is expected")
    for text in selections:
        parse(text)
    return " or ".join(f"({text})" for text in selections) if selections[1:] else selections[0]


def _states(text: str) -> str:
    unknown = [word for word in text.split(",") if word not in RUN_WORDS]
    if unknown:
        raise argparse.ArgumentTypeError(f"no state `{unknown[0]}`; of {', '.join(RUN_WORDS)}")
    return text


def _parallel(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 8:
        raise argparse.ArgumentTypeError(f"`{text}` is not a number from 1 to 8")
    return int(text)


def _tag(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise argparse.ArgumentTypeError(f"`{text}` is no tag; KEY=VALUE is expected")
    return key, value


def _config(file: str) -> str:
    """The run configuration in a file, as JSON."""
    import json

    import yaml

    try:
        found = yaml.safe_load(Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"`{file}` can't be read: {error}") from error
    except yaml.YAMLError as error:
        why = " ".join(str(error).split())
        raise argparse.ArgumentTypeError(f"`{file}` is no YAML: {why}") from error
    try:
        text = json.dumps(found, sort_keys=True)
    except (TypeError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"`{file}` holds what JSON can't: {error}") from error
    if not isinstance(found, dict):
        raise argparse.ArgumentTypeError(f"`{file}` is no run configuration; an object is expected")
    return text


def _sentence(message: str) -> str:
    if "invalid choice" in message:
        word = message.split("'")[1]
        near = get_close_matches(word, COMMANDS, n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(COMMANDS)}"
        return f"no command `{word}`; {hint}"
    return message
