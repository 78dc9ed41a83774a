"""`dagster-webserver`, started with everything imported but waiting for the code server.

A webserver that looks too early shows the location as failed until it is told to look again.
"""

from __future__ import annotations

from dagster_webserver.cli import cli

from pipelines.deployment.ports import await_code_server

if __name__ == "__main__":
    await_code_server()
    cli(prog_name="dagster-webserver")
