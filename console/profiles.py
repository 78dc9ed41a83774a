"""Profiles: the deployments of `config.toml`, each with its address, credentials and rules.

The format is documented in `docs/configuration.md`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.api.credentials import DAGSTER_PLUS_HEADER, SOURCES, Credential, Source
from console.api.door import CONNECT_SECONDS, OPEN, TIMEOUT_SECONDS, Door
from console.api.line import graphql_url
from console.redaction import hide

if TYPE_CHECKING:
    from collections.abc import Callable

COLOURS = ("red", "yellow", "green", "blue", "cyan", "grey")
THEMES = ("dark", "light", "contrast", "colour-blind", "ansi")
KEYS = [
    "url",
    "read_only",
    "colour",
    "word",
    "theme",
    "token",
    "bearer",
    "basic",
    "headers",
    "ca",
    "certificate",
    "certificate_key",
    "certificate_password",
    "proxy",
    "timeout",
    "connect_timeout",
]
_TABLE = re.compile(r"\s*\[+\s*([^\]#]+?)\s*\]+")
_KEY = re.compile(r"""\s*["']?([\w-]+)["']?\s*[.=]""")


class BadConfig(ValueError):
    """Raised for a bad configuration; the sentence names file, line and what is expected."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One deployment of the configuration file."""

    name: str
    url: str
    door: Door = OPEN
    read_only: bool = False
    colour: str = ""
    word: str = ""
    """The word shown before everything else, such as `PRODUCTION`."""
    theme: str = ""


@dataclass(frozen=True, slots=True)
class Config:
    """All profiles; `default` is the name of the one used when none is asked for."""

    path: Path
    profiles: dict[str, Profile] = field(default_factory=dict)
    default: str = ""

    def profile(self, name: str) -> Profile:
        """The profile of that name; raises BadConfig with the nearest name if there is none."""
        if name in self.profiles:
            return self.profiles[name]
        raise BadConfig(f"no profile `{name}` in {self.path}{_nearest(name, self.profiles)}")


def read_config(path: Path) -> Config:
    """Reads the profiles; there are none if there is no file. Raises BadConfig."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Config(path)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise BadConfig(f"{path} can't be read ({why})") from None
    try:
        settings = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadConfig(f"{path}: {error}") from None
    return _Reader(path, text).config(settings)


class _Reader:
    """Reads parsed TOML; an error names the line of the setting.

    Each `path` is that of a setting: the names of its tables, then its key.
    """

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._lines = text.splitlines()

    def config(self, settings: dict[str, Any]) -> Config:
        self._only_known((), settings, ("default", "profiles"))
        tables = self._table(("profiles",), settings.get("profiles", {}))
        profiles = {
            name: self._profile(("profiles", name), self._table(("profiles", name), table))
            for name, table in tables.items()
        }
        default = self._text(("default",), settings.get("default", ""))
        if default and default not in profiles:
            raise self._fault(("default",), f"no profile `{default}`{_nearest(default, profiles)}")
        return Config(self._path, profiles, default)

    def _profile(self, path: tuple[str, ...], table: dict[str, Any]) -> Profile:
        self._only_known(path, table, KEYS)
        if "url" not in table:
            raise self._fault(path, "`url` is missing: the address of its webserver")
        url = self._text((*path, "url"), table["url"])
        try:
            graphql_url(url)
        except ValueError as error:
            raise self._fault((*path, "url"), str(error)) from None
        return Profile(
            name=path[-1],
            url=url,
            door=self._door(path, table),
            read_only=self._truth((*path, "read_only"), table.get("read_only", False)),
            colour=self._one_of((*path, "colour"), table, COLOURS),
            word=self._text((*path, "word"), table.get("word", ""))[:20],
            theme=self._one_of((*path, "theme"), table, THEMES),
        )

    def _door(self, path: tuple[str, ...], table: dict[str, Any]) -> Door:
        password = table.get("certificate_password")
        proxy = self._text((*path, "proxy"), table.get("proxy", "")) or None
        if proxy and "@" in proxy:
            hide(proxy.rpartition("@")[0].rpartition("://")[2].partition(":")[2])
        return Door(
            credentials=tuple(self._credentials(path, table)),
            ca=self._path_of(path, "ca", table),
            certificate=self._path_of(path, "certificate", table),
            certificate_key=self._path_of(path, "certificate_key", table),
            certificate_password=self._source((*path, "certificate_password"), password)
            if password is not None
            else None,
            proxy=proxy,
            timeout=self._seconds((*path, "timeout"), table.get("timeout", TIMEOUT_SECONDS)),
            connect_timeout=self._seconds(
                (*path, "connect_timeout"), table.get("connect_timeout", CONNECT_SECONDS)
            ),
        )

    def _credentials(self, path: tuple[str, ...], table: dict[str, Any]) -> list[Credential]:
        credentials = []
        if "token" in table:
            credentials.append(
                Credential(DAGSTER_PLUS_HEADER, self._source((*path, "token"), table["token"]))
            )
        if "bearer" in table:
            source = self._source((*path, "bearer"), table["bearer"])
            credentials.append(Credential("Authorization", source, "Bearer"))
        if "basic" in table:
            credentials.append(self._basic((*path, "basic"), table["basic"]))
        headers = self._table((*path, "headers"), table.get("headers", {}))
        for name, value in headers.items():
            if not re.fullmatch(r"[\w!#$%&'*+.^`|~-]+", name):
                raise self._fault((*path, "headers", name), f"`{name}` is no name of a header")
            credentials.append(Credential(name, self._source((*path, "headers", name), value)))
        return credentials

    def _basic(self, path: tuple[str, ...], value: object) -> Credential:
        table = self._table(path, value)
        self._only_known(path, table, ("user", "password"))
        if "user" not in table or "password" not in table:
            raise self._fault(path, "`basic` needs `user` and `password`")
        user = self._text((*path, "user"), table["user"])
        source = self._source((*path, "password"), table["password"])
        return Credential("Authorization", source, "Basic", user)

    def _source(self, path: tuple[str, ...], value: object) -> Source:
        if isinstance(value, str) and value:
            return Source("text", value)
        if isinstance(value, dict) and len(value) == 1:
            kind, name = next(iter(value.items()))
            if kind in SOURCES and isinstance(name, str) and name:
                return Source(kind, name)
        forms = ", ".join(f'{{ {kind} = "…" }}' for kind in SOURCES)
        raise self._fault(path, f"`{path[-1]}` needs one of {forms}")

    def _path_of(self, path: tuple[str, ...], key: str, table: dict[str, Any]) -> Path | None:
        text = self._text((*path, key), table.get(key, ""))
        return Path(text).expanduser() if text else None

    def _table(self, path: tuple[str, ...], value: object) -> dict[str, Any]:
        table: dict[str, Any] = self._typed(path, value, dict, "a table")
        return table

    def _text(self, path: tuple[str, ...], value: object) -> str:
        text: str = self._typed(path, value, str, "a text in quotes")
        return text

    def _one_of(self, path: tuple[str, ...], table: dict[str, Any], known: tuple[str, ...]) -> str:
        """One of the known words; empty if none is given."""
        word = self._text(path, table.get(path[-1], ""))
        if word not in ("", *known):
            raise self._fault(
                path, f"`{path[-1]}` is `{word}`; one of {', '.join(known)} is expected"
            )
        return word

    def _truth(self, path: tuple[str, ...], value: object) -> bool:
        truth: bool = self._typed(path, value, bool, "true or false")
        return truth

    def _seconds(self, path: tuple[str, ...], value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 3600:
            raise self._fault(path, f"`{path[-1]}` is no number of seconds from 1 to 3600")
        return float(value)

    def _typed(
        self, path: tuple[str, ...], value: object, kind: Callable[..., Any], word: str
    ) -> Any:
        if not isinstance(value, kind):  # type: ignore[arg-type]  # each kind is a class
            raise self._fault(path, f"`{path[-1]}` is expected to be {word}")
        return value

    def _only_known(self, path: tuple[str, ...], table: dict[str, Any], known: Any) -> None:
        for key in table:
            if key not in known:
                raise self._fault((*path, key), f"no setting `{key}`{_nearest(key, known)}")

    def _fault(self, path: tuple[str, ...], problem: str) -> BadConfig:
        return BadConfig(f"{self._path} line {self._line_of(path)}: {problem}")

    def _line_of(self, wanted: tuple[str, ...]) -> int:
        """The number of the last line on the way to a setting: its table's, then its key's; else 1."""
        table: tuple[str, ...] = ()
        best, depth = 1, 0
        for number, line in enumerate(self._lines, 1):
            header, key = _TABLE.match(line), _KEY.match(line)
            if header:
                table = tuple(part.strip(" \"'") for part in header[1].split("."))
            path = table if header else (*table, key[1]) if key else ()
            shared = len(path) if path == wanted[: len(path)] else 0
            if shared > depth:
                best, depth = number, shared
        return best


def _nearest(word: str, known: Any) -> str:
    near = get_close_matches(word, list(known), n=1)
    if near:
        return f"; did you mean `{near[0]}`?"
    return f"; there are {', '.join(known)}" if known else "; there are none"
