"""The questions that the deployment asks its own webserver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

LOCATIONS = """
query Locations {
  workspaceOrError {
    __typename
    ... on Workspace {
      locationEntries {
        name
        locationOrLoadError {
          __typename
          ... on PythonError {
            message
            cause { message cause { message cause { message cause { message } } } }
          }
        }
      }
    }
    ... on PythonError { message }
  }
}
"""
RELOAD = """
mutation Reload($name: String!) {
  reloadRepositoryLocation(repositoryLocationName: $name) { __typename }
}
"""
UNREACHABLE_MARKS = ("DagsterUserCodeUnreachableError", "Could not reach user code server")


@dataclass(frozen=True)
class LocationState:
    """`error` is None once loaded; `waiting` when the code server was not reached (yet)."""

    loaded: bool
    waiting: bool
    error: str | None


class Unanswered(Exception):
    """The webserver gave no usable answer."""


def ask(url: str, document: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
    """The `data` of the answer; raises Unanswered when there is none."""
    body = {"query": document, "variables": variables or {}}
    try:
        answer = httpx.post(f"{url}/graphql", json=body, timeout=30).json()
    except (httpx.HTTPError, ValueError) as error:
        raise Unanswered(str(error)) from error
    if not isinstance(answer, dict) or not isinstance(answer.get("data"), dict):
        raise Unanswered(str(answer)[:500])
    data: dict[str, Any] = answer["data"]
    return data


def location_state(url: str, name: str) -> LocationState:
    """The state of loading the code location `name`."""
    workspace = ask(url, LOCATIONS)["workspaceOrError"]
    for entry in workspace.get("locationEntries", []):
        if entry["name"] == name:
            return _judge(entry["locationOrLoadError"])
    return LocationState(loaded=False, waiting=True, error=workspace.get("message"))


def _judge(answer: dict[str, Any] | None) -> LocationState:
    if answer is None:
        return LocationState(loaded=False, waiting=True, error=None)
    if answer["__typename"] == "RepositoryLocation":
        return LocationState(loaded=True, waiting=False, error=None)
    message = answer.get("message") or ""
    waiting = any(mark in message for mark in UNREACHABLE_MARKS)
    return LocationState(loaded=False, waiting=waiting, error=_root_cause(answer))


def _root_cause(error: dict[str, Any]) -> str:
    """The message of the innermost cause; Dagster's own outer ones say little."""
    while error.get("cause"):
        error = error["cause"]
    return str(error["message"]).strip()


def reload_location(url: str, name: str) -> None:
    ask(url, RELOAD, {"name": name})
