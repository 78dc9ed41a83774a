"""The Nightscout API v1 over HTTP, as far as its readers use it, and a door for tests."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, date, datetime
from email.utils import format_datetime, parsedate_to_datetime
from itertools import islice
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pipelines.standin.faults import Fault, Faults
from pipelines.standin.query import QueryError, parse
from pipelines.standin.store import EntryNotFoundError, EntryStore

UNAUTHORIZED = {"status": 401, "message": "Unauthorized", "description": "Invalid/Missing"}


class NightscoutServer:
    """The handlers of one server: its readings, its secret and its faults."""

    def __init__(self, store: EntryStore, secret: str | None = None) -> None:
        self.store, self.secret, self.faults = store, secret, Faults()

    async def entries(self, request: Request) -> Response:
        """GET /api/v1/entries.json: the matching readings, newest first."""
        if not self._allowed(request):
            return JSONResponse(UNAUTHORIZED, 401)
        try:
            query = parse(request.query_params.multi_items(), self.store.now())
        except QueryError as error:
            return JSONResponse({"status": 500, "message": str(error)}, 500)
        status = self.faults.status_for(*query.bounds_ms())
        if status is not None:
            return JSONResponse({"status": status, "message": "made to fail by a test"}, status)
        matching = (e for e in self.store.newest_first(*query.bounds_ms()) if query.matches(e))
        return _answer(request, list(islice(matching, query.count or None)))

    async def status(self, request: Request) -> Response:
        """GET /api/v1/status.json: that the server is up, and its clock."""
        if not self._allowed(request):
            return JSONResponse(UNAUTHORIZED, 401)
        now = self.store.now()
        return JSONResponse(
            {
                "status": "ok",
                "name": "nightscout",
                "version": "15.0.3",
                "serverTime": now.isoformat(),
                "serverTimeEpoch": int(now.timestamp() * 1000),
                "apiEnabled": True,
                "careportalEnabled": False,
                "settings": {"units": "mg/dl", "authDefaultRoles": self._default_role()},
            }
        )

    async def add_fault(self, request: Request) -> Response:
        """POST /standin/faults {"day", "status", "times"?}: a day's readings can't be had."""
        body = await request.json()
        fault = Fault(date.fromisoformat(body["day"]), int(body["status"]), body.get("times"))
        self.faults.add(fault)
        return JSONResponse({"day": fault.day.isoformat(), "status": fault.status})

    async def clear_faults(self, _request: Request) -> Response:
        """DELETE /standin/faults."""
        self.faults.clear()
        return Response(status_code=204)

    async def add_correction(self, request: Request) -> Response:
        """POST /standin/corrections {"_id" or "day", "sgv"}: a reading gets another value or none."""
        body = await request.json()
        try:
            return JSONResponse(self._correct(body))
        except EntryNotFoundError as error:
            return JSONResponse({"message": str(error)}, 404)

    def _correct(self, body: dict[str, Any]) -> dict[str, Any]:
        sgv = None if body["sgv"] is None else int(body["sgv"])
        if "_id" in body:
            return self.store.correct(body["_id"], sgv)
        return self.store.correct_first_of(date.fromisoformat(body["day"]), sgv)

    def _default_role(self) -> str:
        return "denied" if self.secret else "readable"

    def _allowed(self, request: Request) -> bool:
        if self.secret is None:
            return True
        digest = hashlib.sha1(self.secret.encode()).hexdigest()
        given = request.headers.get("api-secret", "").lower()
        token = request.query_params.get("token", "")
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        accepted = ((given, digest), (token, self.secret), (bearer, self.secret))
        return any(
            hmac.compare_digest(offered.encode(), wanted.encode()) for offered, wanted in accepted
        )


def _answer(request: Request, entries: list[dict[str, Any]]) -> Response:
    if not entries:
        return JSONResponse([])
    newest = datetime.fromtimestamp(entries[0]["date"] // 1000, UTC)
    headers = {"last-modified": format_datetime(newest, usegmt=True)}
    if _unchanged_since(request.headers.get("if-modified-since"), newest):
        return Response(status_code=304, headers=headers)
    return Response(json.dumps(entries), media_type="application/json", headers=headers)


def _unchanged_since(header: str | None, newest: datetime) -> bool:
    if header is None:
        return False
    try:
        return parsedate_to_datetime(header) >= newest
    except (TypeError, ValueError):
        return False


async def bad_request(_request: Request, error: Exception) -> Response:
    """A body for the test door that isn't what it expects."""
    return JSONResponse({"message": f"bad body: {error!r}"}, 400)


def routes(server: NightscoutServer) -> list[Route]:
    """The reading paths are Nightscout's own, `/standin/` is for tests."""
    return [
        Route("/api/v1/entries.json", server.entries),
        Route("/api/v1/entries", server.entries),
        Route("/api/v1/entries/sgv.json", server.entries),
        Route("/api/v1/status.json", server.status),
        Route("/standin/faults", server.add_fault, methods=["POST"]),
        Route("/standin/faults", server.clear_faults, methods=["DELETE"]),
        Route("/standin/corrections", server.add_correction, methods=["POST"]),
    ]


def application(server: NightscoutServer, *others: Route) -> Starlette:
    """The server's routes and others beside them."""
    refused = dict.fromkeys((KeyError, ValueError, TypeError), bad_request)
    return Starlette(routes=[*routes(server), *others], exception_handlers={**refused})
