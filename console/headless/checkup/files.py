"""The files that the console reads and writes, and the address that they give."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from console.exits import USAGE
from console.headless.checkup.finding import fault, good, note
from console.profiles import BadConfig, read_config
from console.settings import config_path, state_folder

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

    from console.headless.checkup.finding import Finding
    from console.settings import Settings

KEPT = {
    "url": "the local deployment's address",
    "theme": "the theme chosen last",
    "servers.json": "what known servers can tell",
    "looked.json": "when somebody looked last",
    "mutations.jsonl": "the record of mutations",
}
"""The files in the state folder, and what each holds."""


def look_at_files() -> list[Finding]:
    return [_config(config_path()), *_state(state_folder())]


def _config(path: Path) -> Finding:
    if not path.exists():
        return good("configuration", f"{path} isn't there, and needn't be")
    try:
        config = read_config(path)
    except BadConfig as error:
        return fault("configuration", str(error), f"mend that line of {path}", USAGE)
    count = len(config.profiles)
    return good("configuration", f"{path} read: {count} profile{'' if count == 1 else 's'}")


def _state(folder: Path) -> list[Finding]:
    if not _is_writable(folder):
        return [
            fault(
                "state",
                f"{folder} can't be written: no mutation can be recorded, so none is sent",
                "make it writable, or set DAGDECK_HOME to a folder that is",
            )
        ]
    there = [name for name in KEPT if (folder / name).exists()]
    closed = [name for name in there if not os.access(folder / name, os.R_OK)]
    if closed:
        names = ", ".join(f"{name} ({KEPT[name]})" for name in closed)
        return [fault("state", f"{folder}: {names} can't be read", "give yourself the right to")]
    return [good("state", f"{folder}: {', '.join(there) or 'nothing yet'}")]


def _is_writable(folder: Path) -> bool:
    """Whether files can be made in it, or it can be made itself."""
    nearest = next((one for one in (folder, *folder.parents) if one.exists()), folder)
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)


def look_at_address(settings: Settings, options: Namespace) -> Finding:
    """Where Dagster is taken to be, and who says so."""
    address = settings.url.rpartition("@")[2] if "@" in settings.url else settings.url
    source = _source(settings, options)
    if source:
        return good("address", f"{address}, by {source}")
    return note("address", f"{address}, the default: nothing names another", "--url names one")


def _source(settings: Settings, options: Namespace) -> str:
    """The first that gives an address, in the order of `read_settings`."""
    kept = ""
    with suppress(OSError, UnicodeDecodeError):
        kept = (settings.home / "url").read_text(encoding="utf-8").strip()
    sources = (
        ("--url", options.url),
        (f"profile {settings.profile}", settings.profile),
        ("DAGDECK_URL", os.environ.get("DAGDECK_URL")),
        (f"the local deployment, in {settings.home / 'url'}", kept),
    )
    return next((name for name, given in sources if given), "")
