"""dagster-dbt's resource, without what costs seconds in each run and is of no use here."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from typing import Any

from dagster_dbt import DbtCliResource
from packaging.version import Version


class DbtCli(DbtCliResource):
    """Runs dbt as a process, and no other: not one for `dbt --version`, no adapter in our own."""

    @cached_property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:  # noqa: ARG002
        """The adapter in our own process serves row counts only, and takes a second to make."""
        return None
