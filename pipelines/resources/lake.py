"""The Iceberg catalog and the tables of the raw layer, made when first needed."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from pyiceberg.catalog.rest import RestCatalog
from pyiceberg.catalog.sql import SqlCatalog
from sqlalchemy import Engine, create_engine

from pipelines.resources.nessie import MAIN, Nessie
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pyiceberg.partitioning import PartitionSpec
    from pyiceberg.schema import Schema
    from pyiceberg.table import Table

CATALOG = "lake"
WAREHOUSE = "lake"
"""The name of the warehouse, and of its bucket, in Nessie."""


class NessieCatalog(RestCatalog):
    """The catalog of the distributed profile, as it is on one branch of Nessie."""

    def __init__(self, settings: Settings, branch: str) -> None:
        self.settings = settings
        self.branch = branch
        self.nessie = Nessie(settings.nessie_url)
        secret = settings.s3_secret.get_secret_value() if settings.s3_secret else ""
        super().__init__(
            CATALOG,
            **{
                "uri": f"{settings.nessie_url}/iceberg/{branch}",
                "warehouse": WAREHOUSE,
                "s3.endpoint": settings.s3_url,
                "s3.region": settings.s3_region,
                "s3.access-key-id": settings.s3_key,
                "s3.secret-access-key": secret,
                "py-io-impl": "pyiceberg.io.pyarrow.PyArrowFileIO",
            },
        )

    @cached_property
    def engine(self) -> Engine:
        """The deployment's Postgres, where writers wait for one another."""
        return create_engine(_psycopg2_url(self.settings), pool_pre_ping=True)

    def on(self, branch: str) -> NessieCatalog:
        """The same catalog on another branch."""
        return NessieCatalog(self.settings, branch)


LakeCatalog: TypeAlias = SqlCatalog | NessieCatalog


def load_catalog(settings: Settings) -> LakeCatalog:
    """The catalog of the profile: Nessie's `main`, or the one in Postgres."""
    if settings.lakehouse == "stack":
        return NessieCatalog(settings, MAIN)
    return sql_catalog(settings)


def sql_catalog(settings: Settings) -> SqlCatalog:
    """The SQL catalog in the deployment's Postgres, with its files under the warehouse folder."""
    settings.warehouse_path.mkdir(parents=True, exist_ok=True)
    return SqlCatalog(
        CATALOG,
        uri=_psycopg2_url(settings),
        warehouse=settings.warehouse_path.resolve().as_uri(),
        pool_pre_ping="true",
    )


def _psycopg2_url(settings: Settings) -> str:
    scheme, _, rest = settings.database_url.partition("://")
    return f"{scheme.partition('+')[0]}+psycopg2://{rest}"


def ensure_table(
    catalog: LakeCatalog, identifier: str, schema: Schema, partitions: PartitionSpec
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


def _ensure_namespace(catalog: LakeCatalog, namespace: str) -> None:
    from pyiceberg.exceptions import NamespaceAlreadyExistsError
    from sqlalchemy.exc import IntegrityError

    try:
        catalog.create_namespace(namespace)
    except (NamespaceAlreadyExistsError, IntegrityError):
        return
