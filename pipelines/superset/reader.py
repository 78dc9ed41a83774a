"""The Postgres role that reads the marts and nothing else."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from pipelines.marts.columns import SCHEMA
from pipelines.marts.publish import lock_schema

READER = "dagdeck_reader"


def ensure_reader(url: str, password: str) -> None:
    """Makes the role, or gives it this password; it may read what is published later too.

    Raises psycopg's errors.
    """
    role, schema = sql.Identifier(READER), sql.Identifier(SCHEMA)
    with psycopg.connect(url) as connection:
        lock_schema(connection)
        query = "SELECT 1 FROM pg_roles WHERE rolname = %s"
        if connection.execute(query, [READER]).fetchone() is None:
            connection.execute(sql.SQL("CREATE ROLE {}").format(role))
        for statement in (
            "ALTER ROLE {role} LOGIN PASSWORD {password}",
            "ALTER ROLE {role} SET default_transaction_read_only = on",
            "CREATE SCHEMA IF NOT EXISTS {schema}",
            "GRANT USAGE ON SCHEMA {schema} TO {role}",
            "GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT ON TABLES TO {role}",
        ):
            filled = sql.SQL(statement).format(
                role=role, schema=schema, password=sql.Literal(password)
            )
            connection.execute(filled)


def reader_url(url: str, password: str, scheme: str = "postgresql") -> str:
    """The URL of the same database for the reader."""
    split = urlsplit(url)
    host = split.netloc.rpartition("@")[2]
    return urlunsplit(split._replace(scheme=scheme, netloc=f"{READER}:{password}@{host}"))
