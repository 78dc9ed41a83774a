"""The Iceberg catalog and the tables of the raw layer, made when first needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.settings import Settings

if TYPE_CHECKING:
    from pyiceberg.catalog.sql import SqlCatalog
    from pyiceberg.partitioning import PartitionSpec
    from pyiceberg.schema import Schema
    from pyiceberg.table import Table

CATALOG = "lake"


def load_catalog(settings: Settings) -> SqlCatalog:
    """The SQL catalog in the deployment's Postgres, with its files under the warehouse folder."""
    from pyiceberg.catalog.sql import SqlCatalog

    settings.warehouse_path.mkdir(parents=True, exist_ok=True)
    scheme, _, rest = settings.database_url.partition("://")
    return SqlCatalog(
        CATALOG,
        uri=f"{scheme.partition('+')[0]}+psycopg2://{rest}",
        warehouse=settings.warehouse_path.resolve().as_uri(),
        pool_pre_ping="true",
    )


def ensure_table(
    catalog: SqlCatalog, identifier: str, schema: Schema, partitions: PartitionSpec
) -> Table:
    """Loads the table with every column of the schema, or creates it; two may do so at once.

    Raises NarrowedError where a column would have to lose values.
    """
    from pyiceberg.exceptions import NoSuchTableError, TableAlreadyExistsError

    from pipelines.raw.evolve import evolve

    try:
        table = catalog.load_table(identifier)
        evolve(table, schema)
        return table
    except NoSuchTableError:
        pass
    _ensure_namespace(catalog, identifier.rpartition(".")[0])
    try:
        # Blind retries could append a row twice: the merge itself is what is done again.
        unretried = {"commit.retry.num-retries": "0"}
        return catalog.create_table(
            identifier, schema, partition_spec=partitions, properties=unretried
        )
    except TableAlreadyExistsError:
        return catalog.load_table(identifier)


def _ensure_namespace(catalog: SqlCatalog, namespace: str) -> None:
    from pyiceberg.exceptions import NamespaceAlreadyExistsError
    from sqlalchemy.exc import IntegrityError

    try:
        catalog.create_namespace(namespace)
    except (NamespaceAlreadyExistsError, IntegrityError):
        return
