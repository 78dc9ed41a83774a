"""Answers GraphQL by Dagster's own schema over made-up values, as the webserver would send it."""

from __future__ import annotations

import json
import socket
import threading
from functools import cache
from typing import TYPE_CHECKING, Any, Self, cast

import uvicorn
from dagster_graphql.schema import create_schema
from graphql import (
    ExecutionResult,
    GraphQLAbstractType,
    GraphQLEnumType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
    execute,
    get_named_type,
    is_abstract_type,
    is_list_type,
    parse,
    print_schema,
    validate,
)
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request

Json = dict[str, Any]
SCALARS = {"String": "", "ID": "", "Int": 0, "Float": 0.0, "Boolean": False}


@cache
def schema() -> GraphQLSchema:
    """Dagster's schema without its resolvers."""
    return build_schema(print_schema(create_schema().graphql_schema))


class FakeDagster:
    """`root` maps a field's name to its value, or to a function of its arguments.

    What no value was made up for is empty: null, no items, an empty text. An answer is worked
    out once: the fake's world doesn't change.
    """

    def __init__(self, root: Json) -> None:
        self._root = root
        self._answers: dict[tuple[str, str], bytes] = {}
        self.asked: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        app = Starlette(routes=[Route("/graphql", self._respond, methods=["POST"])])
        self.server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
        self._thread = threading.Thread(target=self.serve, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def serve(self) -> None:
        """Answers until `server.should_exit`."""
        self.server.run(sockets=[self._socket])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self._thread.join(10)

    async def _respond(self, request: Request) -> Response:
        body: Json = json.loads(await request.body())
        self.asked.append(str(body.get("operationName")))
        return Response(self.answer(body), media_type="application/json")

    def answer(self, body: Json) -> bytes:
        """The JSON text of an answer."""
        text, variables = body["query"], body.get("variables") or {}
        known = (text, json.dumps(variables, sort_keys=True))
        if known not in self._answers:
            answered = self._execute(text, variables).formatted
            self._answers[known] = json.dumps(answered, ensure_ascii=False).encode()
        return self._answers[known]

    def _execute(self, text: str, variables: Json) -> ExecutionResult:
        document = parse(text)
        errors = validate(schema(), document)
        if errors:
            return ExecutionResult(None, errors)
        found = execute(
            schema(), document, self._root, variable_values=variables, field_resolver=_resolve
        )
        assert isinstance(found, ExecutionResult)
        return found


def _resolve(source: Json, info: GraphQLResolveInfo, **arguments: Any) -> Any:
    if info.field_name not in source:
        return _nothing(info.return_type)
    value = source[info.field_name]
    return value(**arguments) if callable(value) else value


def _nothing(kind: Any) -> Any:
    """The emptiest value that the schema allows."""
    if not isinstance(kind, GraphQLNonNull):
        return None
    if is_list_type(kind.of_type):
        return []
    named = get_named_type(kind)
    if isinstance(named, GraphQLScalarType):
        return SCALARS.get(named.name, "")
    if isinstance(named, GraphQLEnumType):
        return next(iter(named.values))
    if is_abstract_type(named):
        return {
            "__typename": _tamest(
                list(schema().get_possible_types(cast("GraphQLAbstractType", named)))
            )
        }
    return {}


def _tamest(types: list[GraphQLObjectType]) -> str:
    return next((t.name for t in types if not t.name.endswith("Error")), types[0].name)
