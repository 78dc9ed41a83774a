"""One gRPC server for the code location, shared by webserver, daemon and runs.

The definitions are imported before it listens, so that the
first question is answered at once. An import that fails is left to Dagster, which imports
again when asked and hands the error to its clients.
"""

from __future__ import annotations

import importlib
import sys
import traceback

from dagster._cli import cli

from pipelines.settings import Settings


def preload(module: str) -> None:
    """Imports `module`; a failure is printed (to the log) and otherwise ignored."""
    try:
        importlib.import_module(module)
    except Exception:
        traceback.print_exc()


if __name__ == "__main__":
    module = Settings().definitions_module
    preload(module)
    sys.argv = ["dagster", "api", "grpc", "--lazy-load-user-code", "-m", module, *sys.argv[1:]]
    cli()
