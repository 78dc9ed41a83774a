"""`dagdeck login`: asks for a credential, tries it on the server, and stores it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from dataclasses import replace
from getpass import getpass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from console.api.client import Client
from console.api.credentials import (
    DAGSTER_PLUS_HEADER,
    KEYRING_SERVICE,
    Credential,
    Source,
)
from console.api.door import OPEN
from console.domain.errors import ApiError, Refused, Unreachable
from console.exits import DONE, FAILED, OUT_OF_REACH, REFUSED, USAGE
from console.profiles import read_config
from console.settings import config_path

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

    from console.settings import Settings

KINDS = {
    "token": "a user token of Dagster+",
    "bearer": "a bearer token",
    "basic": "a name and a password",
    "header": "another header",
}


def main(options: Namespace, settings: Settings) -> int:
    """Stores nothing that the server didn't take. Raises BadConfig."""
    if not sys.stdin.isatty():
        print("dagdeck: login asks on a terminal, and stdin is none", file=sys.stderr)
        return USAGE
    name = settings.profile or options.name or _host_name(settings.url)
    if not settings.profile and name in read_config(config_path()).profiles:
        print(f"dagdeck: there is a profile `{name}`; --profile {name} renews it", file=sys.stderr)
        return USAGE
    print(f"{name}: {urlsplit(settings.url)._replace(netloc=_host(settings.url)).geturl()}")
    wanted = _renewable(settings) or _ask_what(name)
    secret = getpass("secret (not shown): ").strip()
    try:
        version = asyncio.run(_tried(settings, replace(wanted, source=Source("text", secret))))
    except ApiError as error:
        print(f"dagdeck: {error}; nothing was stored", file=sys.stderr)
        codes = {Unreachable: OUT_OF_REACH, Refused: REFUSED}
        return next((code for kind, code in codes.items() if isinstance(error, kind)), FAILED)
    source = _stored(wanted.source, name, secret, settings)
    print(f"Dagster {version} takes it; stored in {source.words}")
    if not settings.profile:
        _add_profile(config_path(), name, settings.url, replace(wanted, source=source))
        print(f"profile `{name}` written to {config_path()}: dagdeck --profile {name}")
    return DONE


async def _tried(settings: Settings, credential: Credential) -> str:
    """The server's version. Raises ApiError."""
    door = settings.door or OPEN
    others = tuple(one for one in door.credentials if one.header != credential.header)
    client = Client(settings.url, door=replace(door, credentials=(*others, credential)))
    try:
        return str((await client.ask("version")).get("version"))
    finally:
        await client.close()


def _renewable(settings: Settings) -> Credential | None:
    """The profile's own credential, where it is stored and can be stored anew."""
    found = settings.door.credentials if settings.door else ()
    return next((one for one in found if one.source.kind in ("keyring", "file")), None)


def _ask_what(name: str) -> Credential:
    for kind, words in KINDS.items():
        print(f"  {kind:8}{words}")
    kind = input("what does it want? [token] ").strip() or "token"
    source = Source("keyring", name)
    if kind == "bearer":
        return Credential("Authorization", source, "Bearer")
    if kind == "basic":
        return Credential("Authorization", source, "Basic", input("name: ").strip())
    if kind == "header":
        return Credential(input("the header's name: ").strip(), source)
    return Credential(DAGSTER_PLUS_HEADER, source)


def _stored(source: Source, name: str, secret: str, settings: Settings) -> Source:
    """Where it was stored: the keyring, or a file that nobody else can read where there is none."""
    if source.kind == "keyring" and _in_keyring(source.name, secret):
        return source
    from pathlib import Path

    path = Path(source.name).expanduser() if source.kind == "file" else _file(settings.home, name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(secret)
    return Source("file", str(path))


def _file(home: Path, name: str) -> Path:
    return home / "credentials" / re.sub(r"[^\w.-]", "_", name)


def _in_keyring(name: str, secret: str) -> bool:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return False
    try:
        keyring.set_password(KEYRING_SERVICE, name, secret)
    except (KeyringError, RuntimeError):
        return False
    return True


def _add_profile(path: Path, name: str, url: str, credential: Credential) -> None:
    source = f"{{ {credential.source.kind} = {json.dumps(credential.source.name)} }}"
    key = f"profiles.{json.dumps(name)}"
    lines = [f"\n[{key}]", f"url = {json.dumps(url)}"]
    if credential.scheme == "Basic":
        lines.append(f"basic = {{ user = {json.dumps(credential.user)}, password = {source} }}")
    elif credential.scheme == "Bearer":
        lines.append(f"bearer = {source}")
    elif credential.header == DAGSTER_PLUS_HEADER:
        lines.append(f"token = {source}")
    else:
        lines += [f"\n[{key}.headers]", f"{json.dumps(credential.header)} = {source}"]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def _host(url: str) -> str:
    return urlsplit(url if "://" in url else f"http://{url}").netloc.rpartition("@")[2]


def _host_name(url: str) -> str:
    return _host(url).partition(":")[0] or "dagster"
