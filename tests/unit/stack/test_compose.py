"""docker-compose.yml says what the plain processes of the distributed profile run with."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.deployment.home import Home
from pipelines.settings import REPOSITORY, Settings
from pipelines.stack import container
from pipelines.stack.catalogs import properties
from pipelines.stack.downloads import Programs
from pipelines.stack.parts import WORKERS, Lake
from pipelines.stack.versions import ETC, stack

FILE = REPOSITORY / "docker-compose.yml"
PORTS = {"s3": 1, "nessie": 2, "nessie-management": 3, "trino": 4} | dict.fromkeys(WORKERS, 5)
SERVERS = {"s3": "s3", "nessie": "nessie", "trino": "trino", "trino-worker": WORKERS[0]}
IMAGES = {
    "postgres": "postgres:{postgres}",
    "s3": "versity/versitygw:v{versitygw}",
    "nessie": "ghcr.io/projectnessie/nessie:{nessie}",
    "trino": "trinodb/trino:{trino}",
    "trino-worker": "trinodb/trino:{trino}",
    "superset": "dagdeck/superset:{superset}",
}
ONCE = {"s3-folder", "prepare"}
"""Services that end."""


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text())
    return loaded


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose["services"]
    return found


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path, PORTS, lambda: "postgresql://u:p@h:1/d")
    nowhere = Path("/nowhere")
    vars(lake)["programs"] = Programs(nowhere / "bin" / "java", nowhere, nowhere, nowhere)
    return lake


@pytest.mark.parametrize("service", IMAGES)
def test_an_image_is_of_the_version_that_the_processes_have(
    services: dict[str, dict[str, Any]], service: str
) -> None:
    assert services[service]["image"] == IMAGES[service].format(**stack()["versions"])


def test_superset_is_of_the_version_that_its_environment_pins() -> None:
    pinned = (REPOSITORY / "pipelines/superset/constraints.txt").read_text()
    assert f"apache_superset=={stack()['versions']['superset']}\n" in pinned


@pytest.mark.parametrize("service", SERVERS)
def test_a_server_is_given_the_variables_that_the_process_is_given(
    services: dict[str, dict[str, Any]], lake: Lake, service: str
) -> None:
    of_process = set(lake.variables(SERVERS[service])) - {"JAVA_HOME", "PATH"}
    # The addresses to listen on are the image's own in a container, which publishes none of them.
    of_process -= {"QUARKUS_HTTP_HOST", "QUARKUS_MANAGEMENT_HOST"}
    assert set(services[service]["environment"]) - {"JAVA_OPTS_APPEND"} == of_process


@pytest.mark.parametrize("service", ["nessie", "trino", "trino-worker"])
def test_every_variable_of_a_configuration_is_given(
    services: dict[str, dict[str, Any]], service: str
) -> None:
    folder = {"trino": "trino/coordinator", "trino-worker": "trino/worker"}.get(service, service)
    text = "".join(path.read_text() for path in (ETC / folder).iterdir())
    if service != "nessie":
        text += "".join(properties("main").values())
    named = set(re.findall(r"\$\{(?:ENV:)?([A-Z0-9_]+)\}", text))
    assert named <= set(services[service]["environment"])
    assert named >= {"LAKE_S3_KEY", "LAKE_S3_SECRET"}


@pytest.mark.parametrize("service", ["nessie", "trino", "trino-worker"])
def test_a_container_reads_the_very_files_that_the_process_reads(
    services: dict[str, dict[str, Any]], lake: Lake, service: str
) -> None:
    source, target, _ = services[service]["volumes"][0].split(":")
    command = " ".join(lake.command(SERVERS[service]))
    assert str((REPOSITORY / source).resolve()) in command
    assert target == ("/etc/nessie" if service == "nessie" else "/etc/trino")


def test_settings_beside_the_files_are_the_same(
    services: dict[str, dict[str, Any]], lake: Lake
) -> None:
    nessie = services["nessie"]["environment"]["JAVA_OPTS_APPEND"].split()[0]
    assert nessie in lake.command("nessie")
    assert nessie == f"-Xmx{stack()['heap']['nessie']}"
    region = services["nessie"]["environment"]["LAKE_S3_REGION"]
    assert region == lake.fields["s3_region"] == lake.variables("nessie")["LAKE_S3_REGION"]
    s3 = services["s3"]["command"]
    assert s3[2:-1] == list(lake.command("s3"))[3:-1]
    assert services["trino-worker"]["deploy"]["replicas"] == len(WORKERS)


def test_the_deployments_settings_are_those_that_the_processes_are_given(
    services: dict[str, dict[str, Any]], lake: Lake
) -> None:
    given = services["code"]["environment"]
    assert set(lake.settings) <= set(given)
    assert {name.removeprefix("DAGDECK_").lower() for name in given} <= set(Settings.model_fields)
    assert given["DAGDECK_LAKEHOUSE"] == "stack"


@pytest.mark.parametrize("part", ["code-server", "webserver", "daemon"])
def test_a_command_of_a_container_is_one_that_the_image_has(
    services: dict[str, dict[str, Any]], part: str, tmp_path: Path
) -> None:
    service = services["code" if part == "code-server" else part]
    assert service["command"] == ["python", "-m", "pipelines.stack.container", part]
    module = container.command_of(part, Home(tmp_path))[2]
    assert (REPOSITORY / (module.replace(".", "/") + ".py")).is_file()


def test_nothing_runs_as_root_or_without_limits_but_what_makes_the_bucket(
    services: dict[str, dict[str, Any]],
) -> None:
    for name, service in services.items():
        assert (service["user"] == "root") == (name == "s3-folder"), name
        assert service["mem_limit"], name
        assert service["cpus"], name


def test_only_the_loopback_is_published(services: dict[str, dict[str, Any]]) -> None:
    published = [port for service in services.values() for port in service.get("ports", ())]
    assert len(published) == 3
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_each_waits_until_what_it_needs_is_well(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        assert ("healthcheck" in service) == (name not in ONCE), name
        for other, how in service.get("depends_on", {}).items():
            ends = "service_completed_successfully" if other in ONCE else "service_healthy"
            assert how["condition"] == ends, (name, other)


def test_secrets_are_named_in_the_example_and_none_has_a_value(
    services: dict[str, dict[str, Any]],
) -> None:
    demanded = set(re.findall(r"\$\{([A-Z0-9_]+):\?", FILE.read_text()))
    lines = (REPOSITORY / ".env.example").read_text().splitlines()
    empty = {line.removesuffix("=") for line in lines if line.endswith("=")}
    assert demanded == empty
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            if "SECRET" in name or "PASSWORD" in name:
                assert str(value).startswith("${"), name


def test_a_folder_that_is_mounted_is_there(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert (REPOSITORY / source).is_dir() if "/" in source else source in compose["volumes"]


def test_the_first_day_is_kept_once_it_is_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container, "create_catalog", lambda *_: None)
    settings = Settings(home=tmp_path, postgres_url="postgresql://nowhere/x")
    container.prepare(settings, Home(tmp_path))
    first = container.variables_of(Home(tmp_path))["DAGDECK_FIRST_DAY"]
    later = settings.model_copy(update={"first_day": settings.first_day.replace(year=2001)})
    container.prepare(later, Home(tmp_path))
    assert container.variables_of(Home(tmp_path))["DAGDECK_FIRST_DAY"] == first
    workspace = yaml.safe_load(Home(tmp_path).workspace.read_text())
    server = workspace["load_from"][0]["grpc_server"]
    assert (server["host"], server["port"]) == (container.CODE_HOST, container.CODE_PORT)
    assert container.CODE_HOST in yaml.safe_load(FILE.read_text())["services"]


def test_docker_compose_takes_the_file() -> None:
    docker = shutil.which("docker")
    plugin = docker and subprocess.run(
        [docker, "compose", "version"], capture_output=True, check=False
    )
    if not plugin or plugin.returncode:
        pytest.skip("the Docker client here has no compose plugin")
    example = (REPOSITORY / ".env.example").read_text()
    filled = {line[:-1]: "x" for line in example.splitlines() if line.endswith("=")}
    command = [str(docker), "compose", "--file", str(FILE), "--profile", "*", "config", "--quiet"]
    done = subprocess.run(command, env=filled, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
