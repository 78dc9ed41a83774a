"""The settings, from flags, the environment, a profile and this machine."""

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
    """The connection settings; None for an open webserver."""
    why_read_only: str = ""
    """The reason why it is read-only; empty where it isn't."""
    profile: str = ""
    word: str = ""
    colour: str = ""
    theme: str = ""
    place: Place | None = None
    """The place to open first, if the address names one."""

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
    path = os.environ.get("DAGDECK_CONFIG")
    return Path(path).expanduser() if path else user_config_path("dagdeck") / "config.toml"


def read_settings(
    url: str | None = None,
    *,
    read_only: bool = False,
    ascii_only: bool = False,
    options: Namespace | None = None,
) -> Settings:
    """Reads the settings. Raises BadConfig, ValueError.

    The address comes from the first of `--url`, `--profile`, `DAGDECK_URL`, `DAGDECK_PROFILE`,
    the default profile, the local deployment, port 3000 here.
    """
    home = state_folder()
    base = Settings(
        url=url or os.environ.get("DAGDECK_URL") or "",
        read_only=False,
        ascii=ascii_only or _is_set("DAGDECK_ASCII") or not _speaks_utf8(),
        home=home,
    )
    reason = OWN_RULE if read_only or _is_set("DAGDECK_READ_ONLY") else ""
    settings = _with_profile(
        replace(base, why_read_only=reason), url, getattr(options, "profile", None)
    )
    settings = replace(settings, url=settings.url or _local_url(home) or DEFAULT_URL)
    if options is not None:
        from console.door_options import door_of

        settings = replace(settings, door=door_of(options, settings.door))
    return replace(settings, read_only=bool(settings.why_read_only), place=_place(settings.url))


def with_profile(settings: Settings, profile: Profile) -> Settings:
    """The settings for another profile; a flag's read-only rule stays, the last profile's doesn't."""
    by_profile = f"the profile {profile.name} is read-only" if profile.read_only else ""
    reason = OWN_RULE if settings.why_read_only == OWN_RULE else by_profile
    return replace(
        settings,
        url=profile.url,
        door=profile.door,
        profile=profile.name,
        word=profile.word,
        colour=profile.colour,
        theme=profile.theme,
        why_read_only=reason,
        read_only=bool(reason),
        place=_place(profile.url),
    )


def _with_profile(settings: Settings, url: str | None, asked_name: str | None) -> Settings:
    """The settings with a profile; the default profile counts only where no address was given."""
    if url and not asked_name:
        return settings
    config = _config_if_any()
    name = asked_name or ("" if settings.url else os.environ.get("DAGDECK_PROFILE", ""))
    if config is None and not name:
        return settings
    if config is None:
        from console.profiles import Config

        config = Config(config_path())
    name = name or ("" if settings.url else config.default)
    if not name:
        return settings
    chosen = with_profile(settings, config.profile(name))
    return replace(chosen, url=url) if url else chosen


def _config_if_any() -> Config | None:
    """The configuration, or None without a file; nothing is imported for an absent file."""
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
    """Whether the first locale variable that is set names UTF-8; true if none is set.

    The shell's variables count, as Python sets LC_CTYPE itself if the locale is C (PEP 538).
    """
    environment = _given_environment()
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        value = environment.get(name)
        if value:
            return "UTF" in value.upper()
    return True


def _given_environment() -> Mapping[str, str]:
    """The variables that this process was started with, if the system tells them."""
    try:
        raw = Path("/proc/self/environ").read_bytes()
    except OSError:
        return os.environ
    pairs = (os.fsdecode(pair).partition("=") for pair in raw.split(b"\0") if pair)
    initial = {name: value for name, _, value in pairs}
    coerced = initial.get("LC_CTYPE") != os.environ.get("LC_CTYPE")
    return initial if coerced else os.environ
