"""Imports the modules that steps import only when they run.

A process that runs are forked from imports this once, and no run waits for it: dlt, pyiceberg,
pyarrow and dbt are seconds of imports. A code server that merely loads definitions doesn't.
"""

from __future__ import annotations

from importlib import import_module

STEP_MODULES = (
    "pipelines.nightscout.load",
    "pipelines.github.load",
    "pipelines.transform.dbt_build",
    "pipelines.transform.lake_plugin",
    "pipelines.marts.publish",
    "dbt.cli.main",
    "dbt.adapters.duckdb.connections",
    "sqlalchemy.dialects.postgresql.psycopg2",
    "pyiceberg.io.pyarrow",
    "dlt.destinations.impl.destination.destination",
)

for module in STEP_MODULES:
    import_module(module)
