"""GitHub's `GET /users/{user}/events` over HTTP, with its window and limits, and a door for tests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pipelines.standin.days import dice
from pipelines.standin.github_events import EVENTS_A_WORKDAY, event, events_of_day
from pipelines.standin.github_quota import Quota, Refusal

WINDOW = timedelta(days=30)
MOST_EVENTS = 300
PER_PAGE, MOST_PER_PAGE = 30, 100
POLL_SECONDS = 60
DOCUMENTATION = "https://docs.github.com/rest"
TOO_DEEP = "In order to keep the API fast for everyone, pagination is limited for this resource."


class GithubServer:
    """The handlers of one server: the events of one user, and who may ask how often."""

    def __init__(
        self,
        *,
        user: str = "demo",
        seed: int = 1,
        token: str | None = None,
        a_workday: float = EVENTS_A_WORKDAY,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.user, self.seed, self.token, self.now = user, seed, token, now
        self.a_workday = a_workday
        self.quota = Quota(now)
        self._added: list[dict[str, Any]] = []

    async def events(self, request: Request) -> Response:
        """GET /users/{user}/events: a page of the events, newest first."""
        token = _token(request)
        if token and self.token and token != self.token:
            return _message(401, "Bad credentials")
        if refusal := self.quota.refused():
            return self._refusal(refusal, token)
        if self.quota.is_exhausted(token):
            return self._exhausted(token)
        return self._page(request, token)

    def _page(self, request: Request, token: str | None) -> Response:
        if request.path_params["user"] not in (self.user, self._id()):
            self.quota.count(token)
            return _message(404, "Not Found", self.quota.headers(token))
        size = min(_whole(request, "per_page", PER_PAGE), MOST_PER_PAGE)
        page = _whole(request, "page", 1)
        if (page - 1) * size >= MOST_EVENTS:
            self.quota.count(token)
            return _message(422, TOO_DEEP, self.quota.headers(token))
        served = self.served()
        body = json.dumps(served[(page - 1) * size : page * size]).encode()
        headers = {"etag": _etag(body), "x-poll-interval": str(POLL_SECONDS)}
        headers |= _links(request, self._id(), page, size, len(served))
        if headers["etag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers | self.quota.headers(token))
        self.quota.count(token)
        return Response(
            body, media_type="application/json", headers=headers | self.quota.headers(token)
        )

    def served(self) -> list[dict[str, Any]]:
        """The events GitHub still has at this moment: 30 days, 300 events, newest first."""
        now = self.now()
        first = (now - WINDOW).date()
        days = [first + timedelta(days=i) for i in range((now.date() - first).days + 1)]
        events = [
            e for day in days for e in events_of_day(self.user, self.seed, day, self.a_workday)
        ]
        oldest, newest = _text(now - WINDOW), _text(now)
        visible = [e for e in events + self._added if oldest <= e["created_at"] <= newest]
        return sorted(visible, key=lambda e: (e["created_at"], e["id"]), reverse=True)[:MOST_EVENTS]

    async def control(self, request: Request) -> Response:
        """POST /standin/github, any of {"exhaust": true}, {"refuse": {"status", "times"?,
        "retry_after"?}}, {"a_workday": events}, {"event": {"created_at", "type", "id"?}}."""
        body = await request.json()
        if body.get("exhaust"):
            self.quota.exhaust()
        if "refuse" in body:
            self.quota.refusal = Refusal(**body["refuse"])
        if "a_workday" in body:
            self.a_workday = float(body["a_workday"])
        if "event" in body:
            self._added.append(self._made(body["event"]))
        return JSONResponse({"used": {str(token): n for token, n in self.quota.used.items()}})

    async def reset(self, _request: Request) -> Response:
        """DELETE /standin/github: as at the start."""
        self.a_workday, self.quota, self._added = EVENTS_A_WORKDAY, Quota(self.now), []
        return Response(status_code=204)

    def _made(self, wanted: dict[str, Any]) -> dict[str, Any]:
        created_at = datetime.fromisoformat(wanted["created_at"])
        new_event = event(
            self.user,
            created_at,
            dice(self.user, self.seed, created_at.date(), "added"),
            wanted["type"],
        )
        return new_event | wanted

    def _id(self) -> str:
        """GitHub's links name the user by number."""
        return str(
            event(self.user, self.now(), dice(self.user, 0, self.now().date(), "id"))["actor"]["id"]
        )

    def _refusal(self, refusal: Refusal, token: str | None) -> Response:
        headers = self.quota.headers(token)
        if refusal.retry_after is not None:
            headers["retry-after"] = str(refusal.retry_after)
        return _message(refusal.status, "You have exceeded a secondary rate limit.", headers)

    def _exhausted(self, token: str | None) -> Response:
        words = "API rate limit exceeded for 127.0.0.1."
        return _message(403, words, self.quota.headers(token))


def _token(request: Request) -> str | None:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token or None if kind.lower() in ("bearer", "token") else None


def _message(status: int, words: str, headers: dict[str, str] | None = None) -> Response:
    body = {"message": words, "documentation_url": DOCUMENTATION, "status": str(status)}
    return JSONResponse(body, status, headers)


def _whole(request: Request, name: str, otherwise: int) -> int:
    text = request.query_params.get(name, "")
    return int(text) if text.isdigit() and int(text) > 0 else otherwise


def _text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _etag(body: bytes) -> str:
    return f'W/"{hashlib.sha256(body).hexdigest()}"'


def _links(request: Request, user: str, page: int, size: int, count: int) -> dict[str, str]:
    last = max(-(-count // size), 1)
    targets = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
    shown = {
        rel: number
        for rel, number in targets.items()
        if 1 <= number <= last and number != page and (rel in ("next", "last")) == (number > page)
    }
    base = f"{request.url.scheme}://{request.url.netloc}/user/{user}/events"
    written = (f'<{base}?per_page={size}&page={n}>; rel="{rel}"' for rel, n in shown.items())
    return {"link": ", ".join(written)} if shown else {}


def routes(server: GithubServer) -> list[Route]:
    """The reading paths are GitHub's own, `/standin/` is for tests."""
    return [
        Route("/users/{user}/events", server.events),
        Route("/user/{user}/events", server.events),
        Route("/standin/github", server.control, methods=["POST"]),
        Route("/standin/github", server.reset, methods=["DELETE"]),
    ]
