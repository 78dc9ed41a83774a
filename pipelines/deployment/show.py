"""`ps`: the parts and the state of each."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from pipelines.deployment import ports
from pipelines.deployment.home import Home
from pipelines.deployment.parts import Layout
from pipelines.deployment.processes import find
from pipelines.deployment.state import State, read_state
from pipelines.settings import Settings

HEADINGS = ("part", "state", "pid", "url")


@dataclass(frozen=True)
class Row:
    """`state`: running, starting, stopped, dead (ended by itself) or external."""

    name: str
    state: str
    pid: int | None
    url: str | None


def rows(settings: Settings) -> list[Row]:
    home = Home(settings.home.expanduser().resolve())
    state = read_state(home.state)
    settings = settings.model_copy(update={"lakehouse": state.lakehouse or settings.lakehouse})
    layout = Layout(settings, home, state.ports, state.first_day or settings.first_day)
    return [_row(name, layout, state) for name in layout.names]


def _row(name: str, layout: Layout, state: State) -> Row:
    if name in layout.external:
        return Row(name, "external", None, layout.external[name])
    port = layout.ports.get(name)
    url = layout.url(name)
    last_started = state.processes.get(name)
    process = find(last_started)
    if process is None:
        return Row(name, "dead" if last_started else "stopped", None, url)
    answering = port is None or ports.answers(port)
    return Row(name, "running" if answering else "starting", process.pid, url)


def as_json(parts: list[Row]) -> str:
    return json.dumps({"parts": [asdict(row) for row in parts]})


def as_table(parts: list[Row]) -> str:
    cells = [HEADINGS, *((r.name, r.state, str(r.pid or "-"), r.url or "-") for r in parts)]
    widths = [max(len(row[column]) for row in cells) for column in range(3)]
    return "\n".join(
        f"{name:<{widths[0]}}  {state:<{widths[1]}}  {pid:>{widths[2]}}  {url}"
        for name, state, pid, url in cells
    )
