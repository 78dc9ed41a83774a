"""Nessie's own API: branches of the whole catalog, and merging one into another.

Its reference is the OpenAPI document that the server has at `/nessie-openapi/openapi.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx
from pyiceberg.exceptions import CommitFailedException

MAIN = "main"
TIMEOUT_SECONDS = 30.0


class NessieError(ConnectionError):
    """Nessie can't be reached or refuses; a branch that is gone is a CommitFailedException."""


@dataclass(frozen=True)
class Branch:
    """A branch, where it is, and when it was last written to (UTC); None where it never was."""

    name: str
    hash: str
    written_at: datetime | None


@dataclass(frozen=True)
class Nessie:
    """The server at `url`, such as http://127.0.0.1:19120."""

    url: str

    def head(self, branch: str = MAIN) -> str:
        """The hash that the branch is at; raises CommitFailedException where it isn't there."""
        answer = self._ask("GET", f"trees/{quote(branch, '')}")
        return str(answer["reference"]["hash"])

    def branches(self) -> list[Branch]:
        return [_branch(each) for each in self._references()]

    def create(self, name: str, base: str, source: str = MAIN) -> None:
        """Makes the branch at the hash, in place of one of that name."""
        self.drop(name)
        self._ask(
            "POST",
            "trees",
            params={"name": name, "type": "BRANCH"},
            json={"type": "BRANCH", "name": source, "hash": base},
        )

    def drop(self, name: str) -> None:
        """Drops the branch, whatever it is at; one that isn't there is no error."""
        try:
            head = self.head(name)
        except CommitFailedException:
            return
        self._ask("DELETE", f"trees/{quote(name, '')}@{head}")

    def merge(self, branch: str, base: str, into: str = MAIN) -> None:
        """Brings all of the branch into another in one commit.

        Raises CommitFailedException where that one changed the same tables since `base`.
        """
        body = {
            "fromRefName": branch,
            "fromHash": self.head(branch),
            "message": f"merge {branch}",
            "isReturnConflictAsResult": True,
        }
        answer = self._ask("POST", f"trees/{quote(into, '')}@{base}/history/merge", json=body)
        if not answer.get("wasApplied"):
            raise CommitFailedException(f"{into} changed while {branch} was written")

    def history(self, branch: str = MAIN, records: int = 100) -> list[dict[str, Any]]:
        """The newest commits, each with its metadata and what it changed, as Nessie answers."""
        params: dict[str, str | int] = {"max-records": records, "fetch": "ALL"}
        entries = self._ask("GET", f"trees/{quote(branch, '')}/history", params=params)
        return list(entries["logEntries"])

    def _references(self) -> Iterator[dict[str, Any]]:
        params: dict[str, Any] = {"fetch": "ALL"}
        while True:
            answer = self._ask("GET", "trees", params=params)
            yield from answer["references"]
            if not answer.get("hasMore"):
                return
            params["page-token"] = answer["token"]

    def _ask(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        try:
            answer = httpx.request(
                method, f"{self.url}/api/v2/{path}", timeout=TIMEOUT_SECONDS, **arguments
            )
        except httpx.HTTPError as error:
            raise NessieError(f"Nessie at {self.url} can't be asked: {error}") from error
        if answer.status_code in (404, 409):
            raise CommitFailedException(f"Nessie: {_words(answer)}")
        if answer.is_error:
            raise NessieError(f"Nessie answers {answer.status_code}: {_words(answer)}")
        return dict(answer.json()) if answer.content else {}


def _words(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        return answer.text[:200]


def _branch(reference: dict[str, Any]) -> Branch:
    commit = (reference.get("metadata") or {}).get("commitMetaOfHEAD") or {}
    time = commit.get("commitTime")
    written_at = datetime.fromisoformat(time).astimezone(UTC) if time else None
    return Branch(reference["name"], reference["hash"], written_at)
