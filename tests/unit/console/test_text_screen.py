"""The window that shows an error in full: as it is, to its ends, and searched."""

from __future__ import annotations

from textual.app import App

from console.screens.modals.text import TextScreen
from console.widgets.common.pane import with_end, wrapped_as_it_is
from console.widgets.common.themes import FIRST_THEME, theme_of
from tests.unit.console.assets import text_of

TRACEBACK = "\n".join(
    f'  File "step_{at}.py", line {at}, in run\n    value = compute({at})' for at in range(100)
)


class _Themed(App[None]):
    """An application with the console's colours and none of its screens."""

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return theme_of(FIRST_THEME).variables


async def test_the_window_keeps_indentation_and_has_its_ends_and_a_search() -> None:
    app = _Themed()
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(TextScreen("the error", TRACEBACK, ascii_only=False))
        await pilot.pause()
        assert "    value = compute(0)" in text_of(app)
        await pilot.press("end")
        await pilot.pause()
        assert "compute(99)" in text_of(app)
        await pilot.press("home")
        await pilot.pause()
        assert "the error" in text_of(app)
        await pilot.press("slash", *"compute(6", "enter")
        await pilot.pause()
        assert "compute(6)" in text_of(app)
        await pilot.press("n", "n")
        await pilot.pause()
        assert "compute(61)" in text_of(app)
        await pilot.press("N", "N", "home")
        await pilot.pause()
        assert '"compute(6" 1 of 11' in text_of(app)
        await pilot.press("slash", "escape")
        await pilot.pause()
        assert isinstance(app.screen, TextScreen)
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(app.screen, TextScreen)


def test_a_line_that_is_cut_ends_with_a_sign() -> None:
    assert with_end([("abc", "text"), ("defg", "dim")], 5, "…") == [("abc", "text"), ("d…", "dim")]
    assert with_end([("abc", "text")], 3, "…") == [("abc", "text")]
    assert with_end([("漢字漢字", "text")], 4, "…") == [("漢…", "text")]


def test_a_long_line_goes_on_under_its_own_indentation() -> None:
    assert wrapped_as_it_is("    abcdefgh\n\nx", 8) == ["    abcd", "    efgh", "", "x"]
