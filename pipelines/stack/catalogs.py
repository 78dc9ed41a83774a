"""Catalogs of Trino over the lake, each on one branch of Nessie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.resources.nessie import MAIN
from pipelines.stack.versions import stack

if TYPE_CHECKING:
    from pipelines.settings import Settings


def properties(branch: str) -> dict[str, str]:
    """The catalog's properties; `${ENV:…}` is read by each node of Trino, so no secret is sent."""
    return {
        "iceberg.catalog.type": "rest",
        "iceberg.rest-catalog.uri": f"${{ENV:LAKE_CATALOG_URI}}{branch}",
        "iceberg.rest-catalog.warehouse": "lake",
        "iceberg.unique-table-location": "true",
        "fs.native-s3.enabled": "true",
        "s3.endpoint": "${ENV:LAKE_S3_ENDPOINT}",
        "s3.region": "${ENV:LAKE_S3_REGION}",
        "s3.path-style-access": "true",
        "s3.aws-access-key": "${ENV:LAKE_S3_KEY}",
        "s3.aws-secret-key": "${ENV:LAKE_S3_SECRET}",
    }


def create_catalog(settings: Settings, name: str, branch: str = MAIN) -> None:
    """Makes the catalog where it isn't there; raises trino's own errors."""
    pairs = ", ".join(f"\"{key}\" = '{value}'" for key, value in properties(branch).items())
    _execute(settings, f'CREATE CATALOG IF NOT EXISTS "{name}" USING iceberg WITH ({pairs})')


def drop_catalog(settings: Settings, name: str) -> None:
    """Drops the catalog; queries that run on it go on."""
    _execute(settings, f'DROP CATALOG IF EXISTS "{name}"')


def has_workers(settings: Settings) -> bool:
    """Whether every worker of `stack.toml` has announced itself to the coordinator."""
    query = "SELECT count(*) FROM system.runtime.nodes WHERE NOT coordinator AND state = 'active'"
    ((count,),) = _execute(settings, query)
    return int(count) >= int(stack()["trino"]["workers"])


def _execute(settings: Settings, statement: str) -> list[Any]:
    from pipelines.resources.connections import Trino

    with Trino.connected(settings, catalog=None) as connection:
        return list(connection.cursor().execute(statement).fetchall())
