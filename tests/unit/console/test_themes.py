"""Every theme can be read, tells states apart, and stays once it is chosen."""

from __future__ import annotations

from dataclasses import asdict, fields
from itertools import combinations
from pathlib import Path

import pytest
from textual.color import Color

from console.app import Deck
from console.profiles import THEMES
from console.settings import Settings
from console.terminal.theme_choice import chosen_theme
from console.widgets.common.styles import cursor_style, style
from console.widgets.common.themes import PALETTES, Palette, theme_of

IN_COLOURS = [name for name in PALETTES if name != "ansi"]
STATES = ("good", "warn", "bad", "run", "wait")


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.1, 1 to 21."""
    bright, dark = sorted((_luminance(Color.parse(c)) for c in (one, other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: Color) -> float:
    parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.normalized]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("name", IN_COLOURS)
def test_text_and_states_can_be_read_on_every_background_they_stand_on(name: str) -> None:
    palette = PALETTES[name]
    for background in (palette.background, palette.panel, palette.highlight):
        assert contrast(palette.text, background) >= 7
        assert contrast(palette.dim, background) >= 3
        assert all(contrast(getattr(palette, state), background) >= 3 for state in STATES)
    assert contrast(palette.cursor_text, palette.cursor) >= 7


@pytest.mark.parametrize("name", PALETTES)
def test_no_two_states_have_one_colour(name: str) -> None:
    colours = [getattr(PALETTES[name], state) for state in STATES]
    assert all(one != other for one, other in combinations(colours, 2))


@pytest.mark.parametrize("name", PALETTES)
def test_every_token_is_a_variable_of_the_stylesheet(name: str) -> None:
    variables = theme_of(name).variables
    assert set(variables) == {f"deck-{f.name.replace('_', '-')}" for f in fields(Palette)}


async def test_a_switch_of_the_theme_redraws_everything_and_stays(tmp_path: Path) -> None:
    deck = Deck(Settings("http://nowhere.invalid", True, False, tmp_path))
    async with deck.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert deck.theme_name == "dark"
        await pilot.press("ctrl+t")
        await pilot.pause()
        assert deck.theme_name == "light"
        drawn = {
            segment.style.bgcolor.name
            for y in range(1)
            for segment in deck.screen_named("overview").bar.render_line(y)
            if segment.style and segment.style.bgcolor
        }
        assert drawn == {PALETTES["light"].background}
        assert style("bad").color == style("bad").color
        assert cursor_style().bgcolor is not None
    assert chosen_theme(tmp_path, PALETTES) == "light"


@pytest.mark.parametrize(
    ("colours", "theme"),
    [("15;0", "dark"), ("0;15", "light"), ("0;default;7", "light"), ("", "dark")],
)
def test_the_background_of_the_terminal_is_obeyed(
    colours: str, theme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLORFGBG", colours)
    monkeypatch.delenv("DAGDECK_THEME", raising=False)
    assert chosen_theme(tmp_path, PALETTES) == theme


def test_a_theme_of_the_profile_comes_before_the_one_chosen_last(tmp_path: Path) -> None:
    (tmp_path / "theme").write_text("light")
    assert chosen_theme(tmp_path, PALETTES, "contrast") == "contrast"
    assert chosen_theme(tmp_path, PALETTES, "") == "light"


def test_a_profile_may_name_every_theme() -> None:
    assert list(PALETTES) == list(THEMES)


def test_a_theme_of_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGDECK_THEME", "contrast")
    assert chosen_theme(tmp_path, PALETTES) == "contrast"
    assert asdict(PALETTES["contrast"])["background"] == "#000000"
