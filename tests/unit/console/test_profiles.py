"""Profiles: what a file may hold, and the line and the sentence where something is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.api.credentials import DAGSTER_PLUS_HEADER, Source
from console.domain.web_address import Place, read_address, web_url
from console.options import read_options
from console.profiles import BadConfig, read_config
from console.settings import Settings, read_settings

EXAMPLE = Path("docs/configuration.toml")


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that isn't there yet, and nothing else that says where Dagster is."""
    for name in ("DAGDECK_URL", "DAGDECK_PROFILE", "DAGDECK_READ_ONLY", "DAGDECK_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DAGDECK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DAGDECK_CONFIG", str(tmp_path / "config.toml"))
    return tmp_path / "config.toml"


def _settings(*arguments: str) -> Settings:
    options = read_options(arguments)
    return read_settings(
        options.url, read_only=options.read_only, ascii_only=options.ascii, options=options
    )


def test_the_documented_example_can_be_read() -> None:
    config = read_config(EXAMPLE)
    production = config.profile("production")
    assert config.default == "staging"
    assert production.read_only
    assert production.word == "PRODUCTION"
    (token,) = production.door.credentials
    assert (token.header, token.source.kind) == (DAGSTER_PLUS_HEADER, "env")
    behind = config.profile("behind-a-proxy").door
    assert [one.header for one in behind.credentials] == [
        "Authorization",
        "CF-Access-Client-Id",
        "CF-Access-Client-Secret",
    ]
    assert (behind.ca, behind.timeout) == (Path("/etc/ssl/acme.pem"), 60)
    bank = config.profile("with-certificates").door
    assert bank.certificate == Path("~/.config/dagdeck/ops.pem").expanduser()
    assert bank.certificate_password == Source("env", "OPS_KEY_PASSWORD")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[profiles.a]\nurl = 'h'\ncolor = 'red'", 3, "no setting `color`; did you mean `colour`?"),
        ("[profiles.a]\nurl = 'h'\ntheme = 'drak'", 3, "`theme` is `drak`; one of dark, light"),
        ("[profiles.a]\nurl = 'h'\ncolour = 'pink'", 3, "`colour` is `pink`; one of red"),
        ("\n[profiles.a]\nread_only = true", 2, "`url` is missing"),
        ("[profiles.a]\nurl = 'h'\nread_only = 'yes'", 3, "expected to be true or false"),
        ("[profiles.a]\nurl = 'ftp://h'", 2, "is no address of a Dagster webserver"),
        ("[profiles.a]\nurl = 'h'\ntimeout = -1", 3, "no number of seconds"),
        ("[profiles.a]\nurl = 'h'\ntoken = { vault = 'x' }", 3, "`token` needs one of { env"),
        ("[profiles.a]\nurl = 'h'\nbasic = { user = 'x' }", 3, "needs `user` and `password`"),
        (
            "[profiles.a]\nurl = 'h'\n[profiles.a.headers]\n'a b' = 'x'",
            3,
            "`a b` is no name of a header",
        ),
        ("default = 'b'\n[profiles.a]\nurl = 'h'", 1, "no profile `b`; there are a"),
        ("[profile.a]\nurl = 'h'", 1, "no setting `profile`; did you mean `profiles`?"),
    ],
)
def test_a_fault_is_told_with_its_line(text: str, line: int, said: str, config: Path) -> None:
    config.write_text(text)
    with pytest.raises(BadConfig) as caught:
        read_config(config)
    assert f"line {line}: " in str(caught.value)
    assert said in str(caught.value)


def test_invalid_toml_is_told_with_its_line(config: Path) -> None:
    config.write_text("[profiles.a]\nurl = @\n")
    with pytest.raises(BadConfig, match="line 2"):
        read_config(config)


# which one is used


def test_an_address_that_was_given_comes_before_every_profile(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text("default = 'a'\n[profiles.a]\nurl = 'http://a'\n[profiles.b]\nurl = 'b:1'")
    assert _settings().url == "http://a"
    assert _settings("--profile", "b").url == "b:1"
    assert _settings("--url", "http://c").url == "http://c"
    monkeypatch.setenv("DAGDECK_PROFILE", "b")
    assert _settings().url == "b:1"
    monkeypatch.setenv("DAGDECK_URL", "http://d")
    assert _settings().url == "http://d"
    assert _settings("--profile", "a").url == "http://a"
    with pytest.raises(BadConfig, match=r"no profile `c` in .*; there are a, b"):
        _settings("--profile", "c")


@pytest.mark.parametrize(
    ("arguments", "read_only", "who"),
    [
        (["--profile", "open"], False, ""),
        (["--profile", "closed"], True, "the profile closed is read-only"),
        (["--profile", "open", "--read-only"], True, "the console is read-only"),
        (["--profile", "closed", "--read-only"], True, "the console is read-only"),
    ],
)
def test_the_strictest_rule_wins(
    arguments: list[str], read_only: bool, who: str, config: Path
) -> None:
    config.write_text(
        "[profiles.open]\nurl = 'h'\n[profiles.closed]\nurl = 'h'\nread_only = true\n"
    )
    settings = _settings(*arguments)
    assert (settings.read_only, settings.why_read_only) == (read_only, who)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--bearer", "eyJhbGciOi"],
        ["--token", "user:abcdef"],
        ["--header", "X-Key=abcdef"],
        ["--basic", "ops=abcdef"],
        ["--url", "http://ops:abcdef@host"],
        ["--proxy", "http://ops:abcdef@host"],
    ],
)
@pytest.mark.usefixtures("config")
def test_a_secret_in_clear_on_the_command_line_is_refused_and_not_repeated(
    arguments: list[str],
) -> None:
    with pytest.raises(ValueError, match="list of processes") as caught:
        _settings(*arguments)
    assert "abcdef" not in str(caught.value)
    assert "eyJ" not in str(caught.value)


def test_an_option_takes_the_place_of_the_profiles_header(config: Path) -> None:
    config.write_text("[profiles.a]\nurl = 'h'\nbearer = { env = 'A' }")
    door = _settings("--profile", "a", "--bearer", "file:/b", "--header", "X=env:C").door
    assert door is not None
    assert [(one.header, one.source.words) for one in door.credentials] == [
        ("Authorization", "file /b"),
        ("X", "env C"),
    ]


# addresses of the web UI


@pytest.mark.parametrize(
    ("url", "base", "place"),
    [
        ("https://h/dagster/runs/1b2c", "https://h/dagster", Place(run="1b2c")),
        ("http://h:3000/runs/b/abcd?tab=runs", "http://h:3000", Place(backfill="abcd")),
        ("http://h/overview/backfills/abcd", "http://h", Place(backfill="abcd")),
        (
            "https://o.dagster.cloud/prod/assets/a/b%2Fc?view=partitions&partition=2026-11-01",
            "https://o.dagster.cloud/prod",
            Place(asset=("a", "b/c"), partition="2026-11-01"),
        ),
        ("http://h/runs", "http://h", Place(page="runs")),
        ("http://h/dagster/", "http://h/dagster", None),
        ("http://h/graphql", "http://h", None),
    ],
)
def test_an_address_of_the_browser_is_taken_apart(url: str, base: str, place: Place | None) -> None:
    address = read_address(url)
    assert (address.base, address.place) == (base, place)


@pytest.mark.parametrize(
    "place",
    [
        Place(run="1b2c"),
        Place(backfill="abcd"),
        Place(asset=("a", "b/c")),
        Place(asset=("ü", "x y"), partition="2026|a&b"),
        Place(page="runs"),
    ],
)
def test_the_address_of_a_place_leads_back_to_it(place: Place) -> None:
    assert read_address(web_url("https://h/dagster", place)).place == place
