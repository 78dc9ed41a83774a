"""Imports the definitions; a failure is printed, into the log, and otherwise ignored."""

from __future__ import annotations

import importlib
import traceback

from pipelines.settings import Settings

try:
    importlib.import_module("dagster._grpc.server")
    importlib.import_module("dagster_postgres")
    importlib.import_module(Settings().definitions_module)
    importlib.import_module("pipelines.preload_steps")
except Exception:
    traceback.print_exc()
