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
    """A sentence that names the file, the line, what was found and what is expected."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One deployment as it is written down."""

    name: str
    url: str
    door: Door = OPEN
    read_only: bool = False
    colour: str = ""
    word: str = ""
    """Shown before everything else, such as `PRODUCTION`."""
    theme: str = ""


@dataclass(frozen=True, slots=True)
class Config:
    """All profiles; `default` is the name of the one that is used when none is asked for."""

    path: Path
    profiles: dict[str, Profile] = field(default_factory=dict)
    default: str = ""

    def profile(self, name: str) -> Profile:
        """Raises BadConfig with the nearest name."""
        if name in self.profiles:
            return self.profiles[name]
        raise BadConfig(f"no profile `{name}` in {self.path}{_nearest(name, self.profiles)}")


def read_config(path: Path) -> Config:
    """No profiles where there is no file. Raises BadConfig."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Config(path)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise BadConfig(f"{path} can't be read ({why})") from None
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadConfig(f"{path}: {error}") from None
    return _Reader(path, text).config(found)


class _Reader:
    """Reads what TOML gives; a fault is told with the line that it stands in."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._lines = text.splitlines()

    def config(self, found: dict[str, Any]) -> Config:
        self._only_known((), found, ("default", "profiles"))
        tables = self._table(("profiles",), found.get("profiles", {}))
        profiles = {
            name: self._profile(("profiles", name), self._table(("profiles", name), one))
            for name, one in tables.items()
        }
        default = self._text(("default",), found.get("default", ""))
        if default and default not in profiles:
            raise self._fault(("default",), f"no profile `{default}`{_nearest(default, profiles)}")
        return Config(self._path, profiles, default)

    def _profile(self, at: tuple[str, ...], one: dict[str, Any]) -> Profile:
        self._only_known(at, one, KEYS)
        if "url" not in one:
            raise self._fault(at, "`url` is missing: the address of its webserver")
        url = self._text((*at, "url"), one["url"])
        try:
            graphql_url(url)
        except ValueError as error:
            raise self._fault((*at, "url"), str(error)) from None
        return Profile(
            name=at[-1],
            url=url,
            door=self._door(at, one),
            read_only=self._truth((*at, "read_only"), one.get("read_only", False)),
            colour=self._one_of((*at, "colour"), one, COLOURS),
            word=self._text((*at, "word"), one.get("word", ""))[:20],
            theme=self._one_of((*at, "theme"), one, THEMES),
        )

    def _door(self, at: tuple[str, ...], one: dict[str, Any]) -> Door:
        password = one.get("certificate_password")
        proxy = self._text((*at, "proxy"), one.get("proxy", "")) or None
        if proxy and "@" in proxy:
            hide(proxy.rpartition("@")[0].rpartition("://")[2].partition(":")[2])
        return Door(
            credentials=tuple(self._credentials(at, one)),
            ca=self._path_of(at, "ca", one),
            certificate=self._path_of(at, "certificate", one),
            certificate_key=self._path_of(at, "certificate_key", one),
            certificate_password=self._source((*at, "certificate_password"), password)
            if password is not None
            else None,
            proxy=proxy,
            timeout=self._seconds((*at, "timeout"), one.get("timeout", TIMEOUT_SECONDS)),
            connect_timeout=self._seconds(
                (*at, "connect_timeout"), one.get("connect_timeout", CONNECT_SECONDS)
            ),
        )

    def _credentials(self, at: tuple[str, ...], one: dict[str, Any]) -> list[Credential]:
        found = []
        if "token" in one:
            found.append(
                Credential(DAGSTER_PLUS_HEADER, self._source((*at, "token"), one["token"]))
            )
        if "bearer" in one:
            source = self._source((*at, "bearer"), one["bearer"])
            found.append(Credential("Authorization", source, "Bearer"))
        if "basic" in one:
            found.append(self._basic((*at, "basic"), one["basic"]))
        headers = self._table((*at, "headers"), one.get("headers", {}))
        for name, value in headers.items():
            if not re.fullmatch(r"[\w!#$%&'*+.^`|~-]+", name):
                raise self._fault((*at, "headers", name), f"`{name}` is no name of a header")
            found.append(Credential(name, self._source((*at, "headers", name), value)))
        return found

    def _basic(self, at: tuple[str, ...], value: object) -> Credential:
        table = self._table(at, value)
        self._only_known(at, table, ("user", "password"))
        if "user" not in table or "password" not in table:
            raise self._fault(at, "`basic` needs `user` and `password`")
        user = self._text((*at, "user"), table["user"])
        source = self._source((*at, "password"), table["password"])
        return Credential("Authorization", source, "Basic", user)

    def _source(self, at: tuple[str, ...], value: object) -> Source:
        if isinstance(value, str) and value:
            return Source("text", value)
        if isinstance(value, dict) and len(value) == 1:
            kind, name = next(iter(value.items()))
            if kind in SOURCES and isinstance(name, str) and name:
                return Source(kind, name)
        forms = ", ".join(f'{{ {kind} = "…" }}' for kind in SOURCES)
        raise self._fault(at, f"`{at[-1]}` needs one of {forms}")

    def _path_of(self, at: tuple[str, ...], key: str, one: dict[str, Any]) -> Path | None:
        text = self._text((*at, key), one.get(key, ""))
        return Path(text).expanduser() if text else None

    def _table(self, at: tuple[str, ...], value: object) -> dict[str, Any]:
        found: dict[str, Any] = self._typed(at, value, dict, "a table")
        return found

    def _text(self, at: tuple[str, ...], value: object) -> str:
        found: str = self._typed(at, value, str, "a text in quotes")
        return found

    def _one_of(self, at: tuple[str, ...], one: dict[str, Any], known: tuple[str, ...]) -> str:
        """One of the known words; empty where none is given."""
        found = self._text(at, one.get(at[-1], ""))
        if found not in ("", *known):
            raise self._fault(at, f"`{at[-1]}` is `{found}`; one of {', '.join(known)} is expected")
        return found

    def _truth(self, at: tuple[str, ...], value: object) -> bool:
        found: bool = self._typed(at, value, bool, "true or false")
        return found

    def _seconds(self, at: tuple[str, ...], value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 3600:
            raise self._fault(at, f"`{at[-1]}` is no number of seconds from 1 to 3600")
        return float(value)

    def _typed(
        self, at: tuple[str, ...], value: object, kind: Callable[..., Any], word: str
    ) -> Any:
        if not isinstance(value, kind):  # type: ignore[arg-type]  # each kind is a class
            raise self._fault(at, f"`{at[-1]}` is expected to be {word}")
        return value

    def _only_known(self, at: tuple[str, ...], table: dict[str, Any], known: Any) -> None:
        for key in table:
            if key not in known:
                raise self._fault((*at, key), f"no setting `{key}`{_nearest(key, known)}")

    def _fault(self, at: tuple[str, ...], said: str) -> BadConfig:
        return BadConfig(f"{self._path} line {self._line_of(at)}: {said}")

    def _line_of(self, at: tuple[str, ...]) -> int:
        """The last line that leads to it: its table, then its key; 1 where none does."""
        table: tuple[str, ...] = ()
        best, depth = 1, 0
        for number, line in enumerate(self._lines, 1):
            header, key = _TABLE.match(line), _KEY.match(line)
            if header:
                table = tuple(part.strip(" \"'") for part in header[1].split("."))
            path = table if header else (*table, key[1]) if key else ()
            shared = len(path) if path == at[: len(path)] else 0
            if shared > depth:
                best, depth = number, shared
        return best


def _nearest(word: str, known: Any) -> str:
    near = get_close_matches(word, list(known), n=1)
    if near:
        return f"; did you mean `{near[0]}`?"
    return f"; there are {', '.join(known)}" if known else "; there are none"
