"""Where Dagster is and what may be done there: flags, the environment, a profile, this machine."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_config_path, user_state_path

if TYPE_CHECKING:
    from argparse import Namespace

    from console.api.door import Door
    from console.domain.web_address import Place
    from console.profiles import Config, Profile

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_URL = "http://127.0.0.1:3000"
OWN_RULE = "the console is read-only"


@dataclass(frozen=True, slots=True)
class Settings:
    url: str
    read_only: bool
    ascii: bool
    home: Path
    """The folder of the console's own record, and of the local deployment."""
    door: Door | None = None
    """How the deployment is entered; None where it stands open."""
    why_read_only: str = ""
    """Who says so, in words; empty where it isn't."""
    profile: str = ""
    word: str = ""
    colour: str = ""
    theme: str = ""
    place: Place | None = None
    """What to open first, where the address told of something."""

    @property
    def journal_path(self) -> Path:
        return self.home / "mutations.jsonl"

    @property
    def servers_path(self) -> Path:
        return self.home / "servers.json"

    @property
    def looked_path(self) -> Path:
        return self.home / "looked.json"


def config_path() -> Path:
    """`DAGDECK_CONFIG`, else `dagdeck/config.toml` in the XDG configuration folder."""
    named = os.environ.get("DAGDECK_CONFIG")
    return Path(named).expanduser() if named else user_config_path("dagdeck") / "config.toml"


def read_settings(
    url: str | None = None,
    *,
    read_only: bool = False,
    ascii_only: bool = False,
    options: Namespace | None = None,
) -> Settings:
    """The address: `--url`, `--profile`, `DAGDECK_URL`, `DAGDECK_PROFILE`, the default profile,
    the local deployment, port 3000 here. Raises BadConfig, ValueError.
    """
    home = state_folder()
    own = Settings(
        url=url or os.environ.get("DAGDECK_URL") or "",
        read_only=False,
        ascii=ascii_only or _is_set("DAGDECK_ASCII") or not _speaks_utf8(),
        home=home,
    )
    why = OWN_RULE if read_only or _is_set("DAGDECK_READ_ONLY") else ""
    found = _with_profile(replace(own, why_read_only=why), url, getattr(options, "profile", None))
    found = replace(found, url=found.url or _local_url(home) or DEFAULT_URL)
    if options is not None:
        from console.door_options import door_of

        found = replace(found, door=door_of(options, found.door))
    return replace(found, read_only=bool(found.why_read_only), place=_place(found.url))


def with_profile(settings: Settings, profile: Profile) -> Settings:
    """The same console at another deployment. A flag's rule stays, the last profile's doesn't."""
    by_profile = f"the profile {profile.name} is read-only" if profile.read_only else ""
    why = OWN_RULE if settings.why_read_only == OWN_RULE else by_profile
    return replace(
        settings,
        url=profile.url,
        door=profile.door,
        profile=profile.name,
        word=profile.word,
        colour=profile.colour,
        theme=profile.theme,
        why_read_only=why,
        read_only=bool(why),
        place=_place(profile.url),
    )


def _with_profile(settings: Settings, url: str | None, named: str | None) -> Settings:
    """A profile that nobody named counts only where no address was given."""
    if url and not named:
        return settings
    config = _config_if_any()
    name = named or ("" if settings.url else os.environ.get("DAGDECK_PROFILE", ""))
    if config is None and not name:
        return settings
    if config is None:
        from console.profiles import Config

        config = Config(config_path())
    name = name or ("" if settings.url else config.default)
    if not name:
        return settings
    found = with_profile(settings, config.profile(name))
    return replace(found, url=url) if url else found


def _config_if_any() -> Config | None:
    """Nothing is loaded to read a file that isn't there."""
    path = config_path()
    if not path.exists():
        return None
    from console.profiles import read_config

    return read_config(path)


def _place(url: str) -> Place | None:
    from console.domain.web_address import read_address

    try:
        return read_address(url if "://" in url else f"http://{url}").place
    except ValueError:
        return None


def state_folder() -> Path:
    """`DAGDECK_HOME`, else `dagdeck` in the XDG state folder."""
    return Path(os.environ.get("DAGDECK_HOME") or user_state_path("dagdeck"))


def _local_url(home: Path) -> str | None:
    try:
        return (home / "url").read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def _is_set(name: str) -> bool:
    return os.environ.get(name, "").lower() not in ("", "0", "no", "false")


def _speaks_utf8() -> bool:
    """Whether the first locale variable that is set names UTF-8; true where none is set.

    Python sets LC_CTYPE itself where the locale is C (PEP 538): what the shell gave counts.
    """
    given = _given_environment()
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        value = given.get(name)
        if value:
            return "UTF" in value.upper()
    return True


def _given_environment() -> Mapping[str, str]:
    """The variables that this process was started with, where the system tells."""
    try:
        given = Path("/proc/self/environ").read_bytes()
    except OSError:
        return os.environ
    pairs = (os.fsdecode(pair).partition("=") for pair in given.split(b"\0") if pair)
    started = {name: value for name, _, value in pairs}
    coerced = started.get("LC_CTYPE") != os.environ.get("LC_CTYPE")
    return started if coerced else os.environ
