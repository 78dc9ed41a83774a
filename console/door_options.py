"""Reads credentials and certificates from options and environment variables, before the profile's."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from console.api.credentials import DAGSTER_PLUS_HEADER, SOURCES, Credential, Source
from console.api.door import OPEN, Door

if TYPE_CHECKING:
    from argparse import Namespace

IN_CLEAR = "would stand in the list of processes and in the shell's history"
SOURCE_FORM = " or ".join(f"{kind}:…" for kind in SOURCES)
VARIABLES = {
    "DAGDECK_TOKEN": (DAGSTER_PLUS_HEADER, ""),
    "DAGDECK_BEARER": ("Authorization", "Bearer"),
}


def add_door_options(parser: object, default: object) -> None:
    """Adds the options of every command that talks to Dagster; `default` stands for absent ones."""
    add = parser.add_argument_group("credentials").add_argument  # type: ignore[attr-defined]  # a group has it, argparse types do not
    add("--header", action="append", default=default, metavar="NAME=SOURCE", help="send a header")
    add("--bearer", default=default, metavar="SOURCE", help="send Authorization: Bearer")
    add("--token", default=default, metavar="SOURCE", help=f"send {DAGSTER_PLUS_HEADER}")
    add("--basic", default=default, metavar="USER=SOURCE", help="name and password")
    add("--certificate", default=default, metavar="FILE", help="the client's own, with its key")
    add("--certificate-key", default=default, metavar="FILE", help="its key, where apart")
    add("--ca", default=default, metavar="FILE", help="certificates to trust")
    add("--proxy", default=default, metavar="URL", help="a proxy on the way")
    add("--timeout", type=float, default=default, metavar="SECONDS", help="for an answer")


def door_of(options: Namespace, by_profile: Door | None) -> Door:
    """The connection settings; an option or a variable replaces the profile's setting.

    Raises ValueError with a sentence that doesn't repeat a secret.
    """
    _refuse_passwords(options)
    door = by_profile or OPEN
    door = replace(
        door,
        certificate=_file(options, "certificate") or door.certificate,
        certificate_key=_file(options, "certificate_key") or door.certificate_key,
        ca=_file(options, "ca") or door.ca,
        proxy=getattr(options, "proxy", None) or door.proxy,
        timeout=getattr(options, "timeout", None) or door.timeout,
    )
    if not 0 < door.timeout <= 3600:
        raise ValueError("--timeout is a number of seconds from 1 to 3600")
    given = {
        credential.header: credential
        for credential in (*_from_environment(), *_from_options(options))
    }
    kept = (credential for credential in door.credentials if credential.header not in given)
    return replace(door, credentials=(*kept, *given.values()))


def _file(options: Namespace, name: str) -> Path | None:
    text = getattr(options, name, None)
    return Path(text).expanduser() if text else None


def _from_environment() -> list[Credential]:
    return [
        Credential(header, Source("env", name), scheme)
        for name, (header, scheme) in VARIABLES.items()
        if os.environ.get(name)
    ]


def _from_options(options: Namespace) -> list[Credential]:
    credentials = []
    if getattr(options, "token", None):
        credentials.append(Credential(DAGSTER_PLUS_HEADER, source_of("--token", options.token)))
    if getattr(options, "bearer", None):
        source = source_of("--bearer", options.bearer)
        credentials.append(Credential("Authorization", source, "Bearer"))
    if getattr(options, "basic", None):
        user, _, text = options.basic.partition("=")
        credentials.append(Credential("Authorization", source_of("--basic", text), "Basic", user))
    for header in getattr(options, "header", None) or ():
        name, _, text = header.partition("=")
        if not name or any(sign in name for sign in ": \t"):
            raise ValueError(f"--header takes NAME=SOURCE, SOURCE being {SOURCE_FORM}")
        credentials.append(Credential(name, source_of("--header", text)))
    return credentials


def source_of(option: str, text: str) -> Source:
    """The source that `text` names; raises ValueError for a secret in clear."""
    kind, colon, name = text.partition(":")
    if kind not in SOURCES or not colon or not name:
        raise ValueError(f"{option} takes {SOURCE_FORM}, and no value in clear, which {IN_CLEAR}")
    return Source(kind, name)


def _refuse_passwords(options: Namespace) -> None:
    for name in ("url", "proxy"):
        value = getattr(options, name, None) or ""
        full = value if "://" in value else f"http://{value}"
        try:
            password = urlsplit(full).password
        except ValueError:
            continue
        if password:
            raise ValueError(
                f"the password in --{name} {IN_CLEAR}; --basic USER=SOURCE, a profile or"
                " DAGDECK_URL can hold it"
            )
