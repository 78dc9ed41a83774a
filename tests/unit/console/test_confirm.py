import pytest
from textual.app import App

from console.screens.modals.confirm import ConfirmScreen


async def _answer(screen: ConfirmScreen, *keys: str) -> list[bool | None]:
    """What the screen answers to these keys; empty while it still asks."""
    answers: list[bool | None] = []
    app: App[None] = App()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(screen, answers.append)
        await pilot.press(*keys)
        await pilot.pause()
    return answers


@pytest.mark.parametrize("keys", [["enter"], ["escape"], ["n"], ["right", "left", "enter"]])
async def test_every_answer_but_yes_cancels(keys: list[str]) -> None:
    assert await _answer(ConfirmScreen("Terminate run 7c1f?"), *keys) == [False]


@pytest.mark.parametrize("keys", [["y"], ["right", "enter"], ["tab", "enter"]])
async def test_yes_is_one_key_or_one_choice_away(keys: list[str]) -> None:
    assert await _answer(ConfirmScreen("Terminate run 7c1f?", ["2 assets"]), *keys) == [True]


async def test_a_word_to_type_must_be_typed() -> None:
    assert await _answer(ConfirmScreen("All?", (), "all"), *"y", "enter") == []
    assert await _answer(ConfirmScreen("All?", (), "all"), *"all", "enter") == [True]
    assert await _answer(ConfirmScreen("All?", (), "all"), *"all", "escape") == [False]


async def test_markup_in_a_sentence_is_just_text() -> None:
    app: App[None] = App()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(ConfirmScreen("Terminate [bold]x[/bold]\x1b[31m?"))
        await pilot.pause()
        assert "[bold]x[/bold]?" in app.export_screenshot().replace("&#160;", " ")
