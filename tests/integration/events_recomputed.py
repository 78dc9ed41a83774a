"""The mart of the events from the events themselves, in plain Python: an independent opinion."""

from __future__ import annotations

import statistics
from collections import Counter
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

Figures = dict[str, Any]
Event = dict[str, Any]

CATEGORIES = {
    "code": {"PushEvent", "CreateEvent", "DeleteEvent"},
    "review": {"PullRequestEvent", "PullRequestReviewEvent", "PullRequestReviewCommentEvent"},
    "discussion": {"IssuesEvent", "IssueCommentEvent", "CommitCommentEvent"},
    "publication": {"ReleaseEvent", "GollumEvent", "PublicEvent"},
    "community": {"ForkEvent", "MemberEvent", "SponsorshipEvent", "WatchEvent"},
}


def local(event: Event, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(event["created_at"]).astimezone(zone)


def of_day(events: Iterable[Event], day: date, zone: ZoneInfo) -> list[Event]:
    return [event for event in events if local(event, zone).date() == day]


def overview(events: list[Event], days: list[date], zone: ZoneInfo) -> list[Figures]:
    """`mrt_github_activity_overview` after runs of `days`, which follow each other."""
    by_day = {day: of_day(events, day, zone) for day in days}
    busy = [day for day in days if by_day[day]]
    shown = [day for day in days if busy[0] <= day <= busy[-1]]
    counts = {day: len(by_day[day]) for day in shown}
    return [day_figures(by_day[day], zone) | compared(counts, day) for day in shown]


def day_figures(events: list[Event], zone: ZoneInfo) -> Figures:
    types = [event["type"] for event in events]
    known = {name: sum(kind in kinds for kind in types) for name, kinds in CATEGORIES.items()}
    hours = Counter(local(event, zone).hour for event in events)
    return {
        "event_count": len(events),
        "repo_count": len({event["repo"]["name"] for event in events}),
        "actor_count": len({event["actor"]["login"] for event in events}),
        **{f"{name}_event_count": count for name, count in known.items()},
        "other_event_count": len(types) - sum(known.values()),
        "busiest_hour": min(hours, key=lambda hour: (-hours[hour], hour)) if hours else None,
    }


def compared(counts: dict[date, int], day: date) -> Figures:
    back = [day - timedelta(days=i) for i in range(len(counts))]
    streak = next((i for i, d in enumerate(back) if not counts.get(d)), len(counts))
    before = counts.get(day - timedelta(days=1))
    return {
        "event_date": day,
        "event_count_7_day_avg": statistics.fmean(counts[d] for d in back[:7] if d in counts),
        "event_count_change": None if before is None else counts[day] - before,
        "streak_days": streak,
    }
