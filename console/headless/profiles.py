"""`dagdeck profiles` and `dagdeck config`: what is written down, without any credential."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.text import one_line
from console.exits import DONE
from console.profiles import read_config
from console.redaction import redacted
from console.settings import config_path

if TYPE_CHECKING:
    from console.profiles import Profile


def show() -> int:
    """A line for each profile, the default one marked. Raises BadConfig."""
    config = read_config(config_path())
    if not config.profiles:
        print(f"no profiles in {config.path}; `dagdeck login` adds one")
    width = max((len(name) for name in config.profiles), default=0)
    for name, profile in config.profiles.items():
        mark = "*" if name == config.default else " "
        print(redacted(one_line(f"{mark} {name.ljust(width)}  {_words(profile)}")))
    return DONE


def check(what: str) -> int:
    """Says that the file is right, or where it is. Raises BadConfig with the line at fault."""
    path = config_path()
    if what == "path":
        print(path)
        return DONE
    count = len(read_config(path).profiles)
    print(f"{path}: {count} profile{'' if count == 1 else 's'}, nothing wrong")
    return DONE


def _words(profile: Profile) -> str:
    scheme, found, rest = profile.url.rpartition("://")
    door = profile.door
    ways = [f"{one.header} from {one.source.words}" for one in door.credentials]
    ways += [f"certificate {door.certificate}"] if door.certificate else []
    rule = "read-only" if profile.read_only else ""
    parts = (f"{scheme}{found}{rest.rpartition('@')[2]}", profile.word, rule, *ways)
    return "  ".join(part for part in parts if part)
