"""Reads credentials from their sources and makes headers of them; no value is ever shown."""

from __future__ import annotations

import asyncio
import base64
import os
from asyncio import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from console.domain.errors import NoCredential
from console.redaction import hide

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMAND_SECONDS = 30.0
KEYRING_SERVICE = "dagdeck"
SOURCES = ("env", "file", "command", "keyring")
DAGSTER_PLUS_HEADER = "Dagster-Cloud-Api-Token"


@dataclass(frozen=True, slots=True)
class Source:
    """The source of a value: a variable (`env`), a path (`file`), a shell `command`, a `keyring` name.

    The kind `text` is a value in the configuration itself.
    """

    kind: str
    name: str

    def __post_init__(self) -> None:
        if self.kind == "text":
            hide(self.name)

    def __repr__(self) -> str:
        return f"Source({self.words})"

    @property
    def words(self) -> str:
        """The source's name for sentences and lists, never the value."""
        return "a value in the configuration" if self.kind == "text" else f"{self.kind} {self.name}"

    @property
    def may_change(self) -> bool:
        """Whether reading it again may give another value."""
        return self.kind in ("file", "command", "keyring")

    async def read(self) -> str:
        """The value, which is hidden in all output from then on. Raises NoCredential with a sentence."""
        value = (await self._read()).strip()
        if not value:
            raise NoCredential(f"no credential: {self.words} is empty")
        if not value.isascii() or not value.isprintable():
            raise NoCredential(f"no credential: {self.words} holds what no header can carry")
        hide(value)
        return value

    async def _read(self) -> str:
        if self.kind == "env":
            return _from_environment(self.name)
        if self.kind == "file":
            return _from_file(self.name)
        if self.kind == "command":
            return await _from_command(self.name)
        if self.kind == "keyring":
            return await asyncio.to_thread(_from_keyring, self.name)
        return self.name


def _from_environment(name: str) -> str:
    value = os.environ.get(name)
    if value is None:
        raise NoCredential(f"no credential: the environment variable {name} is not set")
    return value


def _from_file(name: str) -> str:
    try:
        return Path(name).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not text"
        raise NoCredential(f"no credential: {name} can't be read ({why})") from None


async def _from_command(command: str) -> str:
    """The command's stdout; its stderr may contain secrets and is not shown."""
    process = await subprocess.create_subprocess_shell(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(COMMAND_SECONDS):
            output, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        raise NoCredential(
            f"no credential: `{command}` did not end within {COMMAND_SECONDS:.0f} s"
        ) from None
    if process.returncode:
        raise NoCredential(f"no credential: `{command}` ended with exit code {process.returncode}")
    return output.decode(errors="replace")


def _from_keyring(name: str) -> str:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        raise NoCredential(
            "no credential: the package keyring is not installed; pip install 'dagdeck[keyring]'"
        ) from None
    try:
        value = keyring.get_password(KEYRING_SERVICE, name)
    except KeyringError as error:
        raise NoCredential(
            f"no credential: the keyring can't be read ({type(error).__name__})"
        ) from None
    if value is None:
        raise NoCredential(
            f"no credential: the keyring holds no `{name}`; `dagdeck login` stores it"
        )
    return value


@dataclass(frozen=True, slots=True)
class Credential:
    """A header whose value is or contains a secret."""

    header: str
    source: Source
    scheme: str = ""
    """The scheme, such as `Bearer`; `Basic` puts the user's name before the secret."""
    user: str = ""

    def text(self, secret: str) -> str:
        """The header's value."""
        if self.scheme == "Basic":
            secret = base64.b64encode(f"{self.user}:{secret}".encode()).decode()
            hide(secret)
        return f"{self.scheme} {secret}" if self.scheme else secret


class Credentials:
    """The headers to send; each value is read once, and again when the server refuses it."""

    def __init__(self, wanted: Sequence[Credential]) -> None:
        self._wanted = tuple(wanted)
        self._headers: dict[str, str] | None = None
        self._lock = asyncio.Lock()

    def __bool__(self) -> bool:
        return bool(self._wanted)

    async def headers(self) -> dict[str, str]:
        """The headers. Raises NoCredential."""
        async with self._lock:
            if self._headers is None:
                self._headers = await self._read()
            return self._headers

    async def renewed(self, refused: dict[str, str]) -> bool:
        """Whether there are now other values than the refused ones. Raises NoCredential."""
        async with self._lock:
            if self._headers == refused and any(
                credential.source.may_change for credential in self._wanted
            ):
                self._headers = await self._read()
            return self._headers != refused

    async def _read(self) -> dict[str, str]:
        return {
            credential.header: credential.text(await credential.source.read())
            for credential in self._wanted
        }
