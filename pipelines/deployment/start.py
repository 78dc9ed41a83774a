"""`up`: starts what is not running, and waits for it where asked to."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

import psutil

from pipelines.deployment import first_backfill, logs, ports
from pipelines.deployment.dagster_home import LOCATION, write_dagster_home
from pipelines.deployment.errors import REFUSED, DeploymentError, LocationError
from pipelines.deployment.graphql import Unanswered, location_state, reload_location
from pipelines.deployment.home import Home
from pipelines.deployment.parts import Layout, Part
from pipelines.deployment.postgres import create_database, demand_reachable
from pipelines.deployment.processes import Identity, descendants, find, start_detached, stop
from pipelines.deployment.state import State, read_state, write_atomically
from pipelines.deployment.stop import stop_everything
from pipelines.deployment.upgrade import bring_up_to_date, forget
from pipelines.deployment.usable import demand_usable, demand_zone
from pipelines.deployment.version import is_current, read_version
from pipelines.deployment.waiting import Waiting
from pipelines.settings import Settings
from pipelines.stack.catalogs import create_catalog, has_workers
from pipelines.stack.parts import NAMES as LAKE
from pipelines.stack.parts import Lake

LOOK_SECONDS = 0.05
ASK_SECONDS = 0.2
STOP_SECONDS = 10.0
LAKE_PATIENCE = 4
Say = Callable[[str], None]


def up(settings: Settings, wait: bool, say: Waiting) -> str:
    """Brings the deployment up and returns the webserver's URL.

    Starts only what is not running. What this call started is stopped again when a part
    fails or the call is interrupted, but not when only the code location fails to load: it
    can be looked at then, and the next `up` loads it anew. With `wait`, returns once it is
    loaded. Raises DeploymentError.
    """
    home = Home(settings.home.expanduser().resolve())
    home.create()
    with home.locked(lambda: say("Another dagdeck command is at work here; waiting for it.")):
        demand_usable(home)
        demand_zone(settings, home)
        looked_through = is_current(read_version(home), home)
        starter = prepare(settings, home, say)
        with starter.undone_on_failure(), say.shown():
            starter.start_missing()
            if wait:
                starter.await_parts()
                starter.await_location()
        if looked_through and wait and starter.started:
            forget(home, say)
    url = starter.layout.webserver_url
    if wait:
        first_backfill.start(starter.layout, say)
    elif starter.layout.settings.first_backfill_days and not home.first_backfill.exists():
        first_backfill.start_worker(starter.layout)
    return url


def prepare(settings: Settings, home: Home, say: Waiting) -> Starter:
    state = read_state(home.state)
    alive = [name for name, process in state.processes.items() if find(process)]
    if not alive and stop_everything(home, state, say):
        say(f"That was left running without {home.state} knowing of it.")
    first_day = state.first_day or settings.first_day
    settings = of_home(settings, home, state)
    layout = Layout(settings, home, dict(state.ports), first_day)
    chosen = _choose_ports(layout, state, bool(alive), say)
    return Starter(Layout(settings, home, chosen, first_day), state, say)


def of_home(settings: Settings, home: Home, state: State) -> Settings:
    """The settings with the profile of the home. Raises DeploymentError where another one is asked for."""
    kept = state.lakehouse or ("embedded" if state.first_day else settings.lakehouse)
    if "lakehouse" in settings.model_fields_set and settings.lakehouse != kept:
        raise DeploymentError(
            f"The tables of {home.root} are of the profile {kept}, and {settings.lakehouse} is "
            "asked for: set DAGDECK_HOME to another folder for that.",
            REFUSED,
        )
    return settings.model_copy(update={"lakehouse": kept})


def _choose_ports(layout: Layout, state: State, anything_runs: bool, say: Say) -> dict[str, int]:
    """The ports: the kept ones while anything runs; else those of the settings, the kept ones, the first free ones."""
    chosen: dict[str, int] = {}
    for name in layout.with_port:
        if name in layout.external:
            continue
        wanted = getattr(layout.settings, f"{name.replace('-', '_')}_port", None)
        kept = state.ports.get(name)
        if anything_runs and kept and wanted not in (None, kept):
            say(f"{ports.setting_of(name)}={wanted} takes effect after `down`; {kept} is in use.")
        if anything_runs and kept:
            chosen[name] = kept
        elif port := wanted or kept:
            chosen[name] = port
        else:
            chosen[name] = ports.first_free(name, chosen.values())
            if chosen[name] != ports.PREFERRED.get(name, chosen[name]):
                holder = ports.holder(ports.PREFERRED[name])
                say(
                    f"Port {ports.PREFERRED[name]} is in use by {holder}; "
                    f"the {name} takes {chosen[name]}."
                )
    return chosen


@dataclass
class Starter:
    """Starts the parts of `layout` that don't run and keeps `state` up to date on disk."""

    layout: Layout
    state: State
    say: Waiting
    started: dict[str, float] = field(default_factory=dict)
    log_sizes: dict[str, int] = field(default_factory=dict)

    def start_missing(self) -> None:
        self._drop_failed_code_server()
        missing = self._missing()
        if not missing:
            self.say("Everything is running already.")
            return
        self.say.expects(len(missing) + 1)
        if "postgres" in missing:
            self.layout.cluster.clear_leftovers()
        self._remember_layout(missing)
        if "postgres" in self.layout.external:
            demand_reachable(self.layout.postgres_url)
        elif "postgres" in missing:
            self.start_postgres()
        if self.layout.lake:
            self._start_lake(self.layout.lake, missing)
        if not {"webserver", "code-server", "daemon"} - set(missing):
            bring_up_to_date(self.layout, self.say)
        write_dagster_home(
            self.layout.home, self.layout.postgres_url, self.layout.ports["code-server"]
        )
        environment = self.layout.environment()
        for name in missing:
            if name != "postgres" and name not in self.started:
                self._start(self.layout.part(name), environment)
        write_atomically(self.layout.home.url, self.layout.webserver_url + "\n")

    def _remember_layout(self, missing: list[str]) -> None:
        """Notes ports, first day and profile, once the ports are free and what runs is here."""
        for name in missing:
            if name in self.layout.ports:
                ports.demand_free(name, self.layout.ports[name])
        if self.layout.lake:
            self.layout.lake.create(self.say)
        self.state.ports = dict(self.layout.ports)
        self.state.first_day = self.layout.first_day
        self.state.lakehouse = self.layout.settings.lakehouse

    def _drop_failed_code_server(self) -> None:
        """Stops a code server whose code did not load, for the code may be mended by now."""
        server = find(self.state.processes.get("code-server"))
        if server and has_failed(self.layout.webserver_url):
            self.say("The code location had failed to load; it is loaded anew.")
            self._stop("code-server", server)

    def stop(self, name: str) -> None:
        """Stops a part that runs."""
        if process := find(self.state.processes.get(name)):
            self._stop(name, process)
            self.save()

    def _stop(self, name: str, process: psutil.Process) -> None:
        gently = self.layout.part(name).stop_signal
        stop([process, *descendants(process)], gently, STOP_SECONDS)
        self.state.processes.pop(name)

    def _missing(self) -> list[str]:
        return [
            name for name in self.layout.own_names() if find(self.state.processes.get(name)) is None
        ]

    def start_postgres(self) -> None:
        cluster = self.layout.cluster
        cluster.create()
        self._start(self.layout.part("postgres"), {})
        self._await("postgres", cluster.accepts)
        cluster.create_database()

    def _start_lake(self, lake: Lake, missing: list[str]) -> None:
        """Starts S3 and Nessie, for the tables are looked at before all else, and then Trino."""
        create_database(self.layout.postgres_url, "nessie")
        environment = self.layout.environment()
        for name in (each for each in LAKE if each in missing):
            self._start(self.layout.part(name), environment)
            if name in ("s3", "nessie"):
                self._await(name, partial(lake.is_ready, name))

    def _start(self, part: Part, environment: dict[str, str]) -> None:
        log = self.layout.home.log(part.name)
        logs.rotate(log)
        self.log_sizes[part.name] = logs.size(log)
        self.started[part.name] = time.monotonic()
        folder = self.layout.home.root
        variables = {**environment, **part.variables}
        process = start_detached(part.command, variables, folder, log, part.user)
        self._remember(part.name, process)

    def _remember(self, name: str, process: Identity) -> None:
        self.state.processes[name] = process
        self.save()

    def save(self) -> None:
        write_atomically(self.layout.home.state, self.state.model_dump_json(indent=2))

    def await_parts(self) -> None:
        """Waits until each started part answers; raises DeploymentError naming one that doesn't."""
        for name in self.started:
            if self.layout.lake and name in LAKE:
                self._await_lake(self.layout.lake, name)
            elif name in self.layout.ports and name != "postgres":
                self._await(name, partial(ports.answers, self.layout.ports[name]))
        if "daemon" in self.started:
            self._await("daemon", lambda: True)

    def _await_lake(self, lake: Lake, name: str) -> None:
        if name not in ("s3", "nessie"):
            self._await(name, partial(lake.is_ready, name))
        if name == LAKE[-1]:
            self._await(name, partial(has_workers, self.layout.lake_settings))
            create_catalog(self.layout.lake_settings, self.layout.settings.trino_catalog)

    def _await(self, name: str, ready: Callable[[], bool]) -> None:
        self.say.waits_for(name)
        # A JVM of 20 s alone takes minutes where eight processes start at once on two cores.
        seconds = self.layout.settings.start_seconds * (LAKE_PATIENCE if name in LAKE else 1)
        deadline = self.started[name] + seconds
        while not ready():
            self._demand_alive(name)
            if time.monotonic() > deadline:
                raise DeploymentError(
                    f"The {name} did not answer within {seconds:.0f} s; "
                    f"its log is {self.layout.home.log(name)}."
                )
            time.sleep(LOOK_SECONDS)
        self._demand_alive(name)
        self.say(f"{name:<12} ready after {time.monotonic() - self.started[name]:4.1f} s")
        self.say.ready()

    def _demand_alive(self, name: str) -> None:
        if find(self.state.processes[name]) is None:
            log = self.layout.home.log(name)
            said = logs.last_words(log, self.log_sizes[name])
            raise DeploymentError(f"The {name} ended at its start: {said} (log: {log})")

    @contextmanager
    def undone_on_failure(self) -> Iterator[None]:
        """Stops again what was started here when the block fails or is interrupted."""
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.default_int_handler)
        try:
            yield
        except LocationError:
            raise
        except BaseException:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            self._undo()
            signal.signal(signal.SIGINT, signal.default_int_handler)
            raise

    def _undo(self) -> None:
        stopped = []
        for name in reversed(list(self.started)):
            if process := find(self.state.processes.get(name)):
                self._stop(name, process)
                stopped.append(name)
            self.state.processes.pop(name, None)
        self.save()
        if stopped:
            self.say(f"Stopped again: {', '.join(stopped)}.")

    def await_location(self) -> None:
        url = self.layout.webserver_url
        self.say.waits_for("code location")
        if "code-server" in self.started and "webserver" not in self.started:
            reload_location(url, LOCATION)
        await_location(url, self.layout.settings.start_seconds, self.say)


def has_failed(url: str) -> bool:
    """Whether the webserver, if it answers, has an error of the code itself to show."""
    try:
        location = location_state(url, LOCATION)
    except Unanswered:
        return False
    return not location.loaded and not location.waiting


def await_location(url: str, seconds: float, say: Say) -> None:
    """Waits until the webserver has loaded the code location.

    A webserver that looked before the code server listened is told to look again.
    Raises LocationError with the load error, or after `seconds`.
    """
    begun = time.monotonic()
    last = "no answer"
    while time.monotonic() - begun < seconds:
        try:
            location = location_state(url, LOCATION)
            if location.loaded:
                say(f"{'location':<12} loaded after {time.monotonic() - begun:3.1f} s")
                return
            if not location.waiting:
                raise LocationError(
                    f"The code location failed to load: {_headline(location.error)}"
                )
            last = _headline(location.error)
            reload_location(url, LOCATION)
        except Unanswered as error:
            last = str(error)
        time.sleep(ASK_SECONDS)
    raise LocationError(f"The code location was not loaded within {seconds:.0f} s: {last}")


def _headline(error: str | None) -> str:
    return (error or "no reason given").strip().splitlines()[0][:500]
