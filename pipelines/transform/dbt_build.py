"""dbt in the run's own process; its events are handed on as they come.

dagster-dbt would start `dbt` as a process of its own: 3 to 4 seconds of imports for each run,
of modules that the run has loaded already. Its translation of dbt's events is used as it is.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator
from dagster_dbt.asset_utils import get_updated_cli_invocation_params_for_context
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

from pipelines.settings import Settings
from pipelines.transform.audit import audited
from pipelines.transform.environment import PROJECT, dbt_variables, variables, window_variables

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt_common.events.base_types import EventMsg

RESULTS = {"LogModelResult", "LogTestResult", "LogSeedResult", "LogSnapshotResult"}


@dataclass
class Invocation:
    """One `dbt` command in a thread; `events` yields its events until it ends."""

    arguments: Sequence[str]
    result: dbtRunnerResult | None = None
    _queue: SimpleQueue[EventMsg | None] = field(default_factory=SimpleQueue)

    def events(self) -> Iterator[EventMsg]:
        Thread(target=self._invoke, daemon=True, name="dbt").start()
        while (event := self._queue.get()) is not None:
            yield event

    def _invoke(self) -> None:
        from dbt.cli.main import dbtRunner

        try:
            self.result = dbtRunner(callbacks=[self._queue.put]).invoke(list(self.arguments))
        finally:
            _close_database()
            self._queue.put(None)


def build(
    context: dg.AssetExecutionContext, settings: Settings, days: Sequence[date]
) -> Iterator[Any]:
    """Builds and tests the models the run has chosen, for the days from first to last.

    Yields Dagster's outputs and check results; raises dagster.Failure with dbt's own words.
    """
    chosen = get_updated_cli_invocation_params_for_context(context, {}, DagsterDbtTranslator())
    target = _run_target(settings, context.run.run_id)
    invocation = Invocation(_arguments(target, chosen.selection_args, chosen.indirect_selection))
    tests = 0
    with (
        audited(settings, context.run.run_id) as branch,
        variables(dbt_variables(settings) | window_variables(days) | branch.variables),
    ):
        for event in invocation.events():
            if (message := _result_message(event)) is not None:
                tests += event.info.name == "LogTestResult"
                if event.info.name == "LogModelResult":
                    context.log.info(message.raw_event["info"]["msg"])
                yield from message.to_default_asset_events(
                    manifest=chosen.manifest,
                    dagster_dbt_translator=chosen.dagster_dbt_translator,
                    context=context,
                    target_path=target,
                )
        _raise_on_failure(invocation.result, days, target)
        branch.publish(tests)
    shutil.rmtree(target, ignore_errors=True)


def _close_database() -> None:
    """Closes the DuckDB file, which dbt holds as long as its process lives; Trino's connections too."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    with suppress(Exception):
        DuckDBConnectionManager.env().close()
    DuckDBConnectionManager.close_all_connections()


def _arguments(target: Path, selection: Sequence[str], indirect: str | None) -> list[str]:
    return [
        "--no-use-colors",
        "build",
        f"--project-dir={PROJECT}",
        f"--profiles-dir={PROJECT}",
        f"--target-path={target}",
        f"--log-path={target}",
        *([f"--indirect-selection={indirect}"] if indirect else []),
        *selection,
    ]


def _run_target(settings: Settings, run_id: str) -> Path:
    """A folder for the run's artifacts; kept, with dbt's own log, only where the run fails."""
    target = settings.dbt_target_path / "runs" / run_id
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    shutil.copy(settings.dbt_target_path / "partial_parse.msgpack", target)
    return target


def _result_message(event: EventMsg) -> DbtCoreCliEventMessage | None:
    """The event as dagster-dbt takes it, where it is the result of a model or a test."""
    from dbt_common.events.functions import msg_to_dict

    if event.info.name not in RESULTS:
        return None
    return DbtCoreCliEventMessage(raw_event=msg_to_dict(event), event_history_metadata={})


def _raise_on_failure(result: dbtRunnerResult | None, days: Sequence[date], log: Path) -> None:
    if result is not None and result.success:
        return
    raise dg.Failure(
        f"dbt failed for {min(days)} to {max(days)}: {_reason(result)}",
        metadata={"dbt_log": dg.MetadataValue.path(str(log / "dbt.log"))},
        allow_retries=False,
    )


def _reason(result: dbtRunnerResult | None) -> str:
    if result is None or result.exception is not None:
        return str(result.exception if result else "it ended without a result")
    failed = [node for node in result.result.results if node.status in ("error", "fail")]  # type: ignore[union-attr]  # a build has results
    return "; ".join(
        f"{node.node.name}: {_one_line(node.message or node.status)}" for node in failed
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())[:400]
