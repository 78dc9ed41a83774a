"""The process that `up` leaves behind: it waits for the code location, then starts the first backfill."""

from __future__ import annotations

import sys

from pipelines.deployment import first_backfill
from pipelines.deployment.errors import DeploymentError
from pipelines.deployment.home import Home
from pipelines.deployment.parts import Layout
from pipelines.deployment.start import await_location
from pipelines.deployment.state import read_state
from pipelines.settings import Settings


def main() -> int:
    settings = Settings()
    home = Home(settings.home)
    state = read_state(home.state)
    layout = Layout(settings, home, state.ports, state.first_day or settings.first_day)
    try:
        await_location(layout.webserver_url, settings.start_seconds, print_line)
    except DeploymentError as error:
        print_line(str(error))
        return error.exit_code
    first_backfill.start(layout, print_line)
    return 0


def print_line(words: str) -> None:
    sys.stdout.write(words + "\n")


if __name__ == "__main__":
    sys.exit(main())
