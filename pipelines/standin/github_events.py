"""Believable events of one GitHub user, one UTC day at a time, the same whenever asked for."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from pipelines.standin.days import dice

API = "https://api.github.com"
EVENTS_A_WORKDAY = 8.0
WEEKEND_SHARE = 0.35
QUIET_DAY_SHARE = 0.06
FIRST_ID = 40_000_000_000
REPOSITORIES = (
    "lakehouse", "dotfiles", "glucose-notes", "octo-org/pipelines", "octo-org/console",
    "octo-org/infrastructure",
)  # fmt: skip
WEIGHTS = {
    "PushEvent": 40,
    "PullRequestEvent": 12,
    "IssueCommentEvent": 12,
    "PullRequestReviewEvent": 8,
    "IssuesEvent": 6,
    "CreateEvent": 6,
    "WatchEvent": 5,
    "DeleteEvent": 3,
    "PullRequestReviewCommentEvent": 3,
    "ForkEvent": 1,
    "ReleaseEvent": 1,
    "CommitCommentEvent": 1,
    "GollumEvent": 1,
    "MemberEvent": 0.5,
    "PublicEvent": 0.5,
    "SponsorshipEvent": 0.3,
    "DiscussionPinEvent": 0.7,
}
"""The frequency of each type; the last is one that GitHub's documentation doesn't list."""


def events_of_day(
    user: str, seed: int, day: date, a_workday: float = EVENTS_A_WORKDAY
) -> list[dict[str, Any]]:
    """All events of a UTC day, oldest first; now and then a day has none."""
    roll = dice(user, seed, day, "events")
    seconds = sorted({_second(roll) for _ in range(_count(roll, day, a_workday))})
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return [event(user, midnight + timedelta(seconds=second), roll) for second in seconds]


def _count(roll: Random, day: date, a_workday: float) -> int:
    if roll.random() < QUIET_DAY_SHARE:
        return 0
    mean = a_workday * (WEEKEND_SHARE if day.weekday() >= 5 else 1)
    return max(round(roll.gauss(mean, mean / 3)), 1)


def _second(roll: Random) -> int:
    """A second of the day, most of them around the middle of the afternoon."""
    return min(max(int(roll.gauss(14.5, 3.5) * 3600), 0), 86_399)


def event(user: str, at: datetime, roll: Random, kind: str | None = None) -> dict[str, Any]:
    """One event with the fields GitHub serves; `kind` is drawn where it isn't given."""
    chosen = kind or roll.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    name = roll.choice(REPOSITORIES)
    name = name if "/" in name else f"{user}/{name}"
    made: dict[str, Any] = {
        "id": str(FIRST_ID + int(at.timestamp())),
        "type": chosen,
        "actor": _actor(user),
        "repo": {"id": _number(name), "name": name, "url": f"{API}/repos/{name}"},
        "payload": payload(chosen, name, roll),
        "public": True,
        "created_at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
    }
    owner = name.partition("/")[0]
    return made if owner == user else made | {"org": _organization(owner)}


def _number(text: str) -> int:
    """A number that is peculiar to the text, as ids are."""
    return int(hashlib.sha1(text.encode()).hexdigest()[:7], 16) + 1_000_000


def _actor(login: str) -> dict[str, Any]:
    return {
        "id": _number(login),
        "login": login,
        "display_login": login,
        "gravatar_id": "",
        "url": f"{API}/users/{login}",
        "avatar_url": f"https://avatars.githubusercontent.com/u/{_number(login)}?",
    }


def _organization(login: str) -> dict[str, Any]:
    return {
        "id": _number(login),
        "login": login,
        "gravatar_id": "",
        "url": f"{API}/orgs/{login}",
        "avatar_url": f"https://avatars.githubusercontent.com/u/{_number(login)}?",
    }


def payload(kind: str, repository: str, roll: Random) -> dict[str, Any]:
    """The payload of a type, with the fields that tell what happened."""
    number = roll.randint(1, 900)
    if kind == "PushEvent":
        branch = roll.choice(["main", "main", f"fix-{number}"])
        return {
            "repository_id": _number(repository),
            "push_id": roll.randint(10**10, 10**11),
            "ref": f"refs/heads/{branch}",
            "head": f"{roll.getrandbits(160):040x}",
            "before": f"{roll.getrandbits(160):040x}",
        }
    if kind in ("CreateEvent", "DeleteEvent"):
        return {"ref": f"fix-{number}", "ref_type": "branch", "pusher_type": "user"}
    if kind.startswith("PullRequest"):
        action = {"PullRequestEvent": roll.choice(["opened", "closed", "merged"])}
        return {"action": action.get(kind, "created"), "number": number}
    if kind.startswith("Issue"):
        action_taken = (
            "created" if kind == "IssueCommentEvent" else roll.choice(["opened", "closed"])
        )
        return {"action": action_taken, "issue": {"number": number, "title": f"Number {number}"}}
    return {} if kind == "PublicEvent" else {"action": "started"}
