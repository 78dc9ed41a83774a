"""The settings of the distributed profile that compose file and plain processes share, `stack.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
ETC = FOLDER / "etc"
"""The servers' own configuration, the same files in containers and here."""


@cache
def stack() -> dict[str, Any]:
    """The content of `stack.toml`."""
    return tomllib.loads((FOLDER / "stack.toml").read_text())


def version(part: str) -> str:
    """The version of a part, such as `trino`."""
    return str(stack()["versions"][part])
