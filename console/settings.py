"""Where Dagster is and what may be done there: flags, then the environment, then the local deployment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_state_path

DEFAULT_URL = "http://127.0.0.1:3000"


@dataclass(frozen=True, slots=True)
class Settings:
    url: str
    read_only: bool
    ascii: bool
    home: Path
    """The folder of the console's own record, and of the local deployment."""

    @property
    def journal_path(self) -> Path:
        return self.home / "mutations.jsonl"

    @property
    def looked_path(self) -> Path:
        return self.home / "looked.json"


def read_settings(
    url: str | None = None, *, read_only: bool = False, ascii_only: bool = False
) -> Settings:
    """`--url`, else `DAGDECK_URL`, else the local deployment's, else port 3000 here."""
    home = Path(os.environ.get("DAGDECK_HOME") or user_state_path("dagdeck"))
    return Settings(
        url=url or os.environ.get("DAGDECK_URL") or _local_url(home) or DEFAULT_URL,
        read_only=read_only or _is_set("DAGDECK_READ_ONLY"),
        ascii=ascii_only or _is_set("DAGDECK_ASCII") or not _speaks_utf8(),
        home=home,
    )


def _local_url(home: Path) -> str | None:
    try:
        return (home / "url").read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def _is_set(name: str) -> bool:
    return os.environ.get(name, "").lower() not in ("", "0", "no", "false")


def _speaks_utf8() -> bool:
    """By the locale's variables, the first that is set; a terminal without any mostly does."""
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        value = os.environ.get(name)
        if value:
            return value.upper() in ("C.UTF-8", "C.UTF8") or "UTF" in value.upper()
    return True
