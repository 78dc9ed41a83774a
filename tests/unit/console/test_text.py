import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from console.domain.text import (
    cells,
    clean,
    cut,
    first_cells,
    last_cells,
    one_line,
    padded,
    right_aligned,
    visible,
)

HOSTILE = st.text(
    st.one_of(st.sampled_from("\x1b[]0123;mPX_^\\\x07\x9b\x90\r\nab"), st.characters())
)
ANY = st.one_of(HOSTILE, st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp"])))
BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
MARKS = {"\u061c", "\u200e", "\u200f"}


def _steers(character: str) -> bool:
    if unicodedata.category(character) in ("Cc", "Cs"):
        return character not in "\n\t"
    return unicodedata.bidirectional(character) in BIDI or character in MARKS


@given(ANY)
@example("\x1b[\x1b[31m31m")
@example("\x1b]0;title\x07after")
@example("\u061cabc\u2067")
@example("\ud800")
@example("\x9b31m")
def test_nothing_that_steers_a_terminal_survives(text: str) -> None:
    assert [character for character in clean(text) if _steers(character)] == []


@given(ANY)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(ANY)
def test_cleaned_text_can_be_written_as_utf_8(text: str) -> None:
    assert clean(text).encode().decode() == clean(text)


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_plain_text_of_any_language_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]0;owned\x07x", "x"),
        ("a\r\nb\tc", "a\nb\tc"),
        ("50%\r100%", "50%�100%"),
        ("\x1bMup", "up"),
        ("bell\x07", "bell�"),
    ],
)
def test_escape_sequences_go_and_other_controls_are_seen_as_such(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(ANY)
def test_one_line_is_one_line_without_blanks_around(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert line == line.strip()


@given(ANY, st.integers(0, 30))
def test_a_cut_text_is_never_wider_than_asked_and_says_when_it_is_cut(
    text: str, width: int
) -> None:
    shown, whole = cut(text, width), one_line(text)
    assert cells(shown) <= width
    assert shown == whole or width == 0 or shown.endswith("…")


WIDE = st.text(st.sampled_from("ab 日売é👨\u200d👩❤️क\u094d"), max_size=12)


@given(WIDE, st.integers(0, 30))
@example("日次売上", 9)
def test_padded_text_is_as_many_cells_wide_as_asked(text: str, width: int) -> None:
    shown = cut(text, width)
    assert cells(padded(shown, width)) == cells(right_aligned(shown, width)) == width
    assert padded(shown, width).startswith(shown)
    assert right_aligned(shown, width).endswith(shown)


@given(WIDE, st.integers(0, 30))
def test_the_beginning_and_the_end_of_a_line_never_take_more_cells_than_asked(
    text: str, width: int
) -> None:
    line = one_line(text)
    assert cells(first_cells(line, width)) <= width
    assert cells(last_cells(line, width)) <= width
    assert line.endswith(last_cells(line, width))


@pytest.mark.parametrize("emoji", ["👨\u200d👩", "👨\u200d👩\u200d👧", "👩🏽\u200d🚀", "❤️\u200d🔥"])
def test_an_emoji_of_several_parts_stays_whole(emoji: str) -> None:
    assert clean(emoji) == emoji
    assert cells(emoji) == 2


@pytest.mark.parametrize("text", ["a\u200db", "\u200dx", "x\u200d", "👨\u200d", "a\u200bb"])
def test_a_zero_width_character_that_joins_nothing_is_shown(text: str) -> None:
    assert "�" in clean(text)


@given(st.lists(ANY, min_size=2, max_size=2, unique=True))
@example(["a", "a\n"])
@example(["a", " a"])
@example(["", "  "])
@example(["a b", "a   b"])
@example(["a  b", "a \\u0020b"])
@example(["a", "\x1b[31ma"])
@example(["\x00", "\x01"])
@example(['"a"', "a"])
@example(["\\u0000", "\0"])
def test_two_names_never_look_alike(names: list[str]) -> None:
    first, second = map(visible, names)
    assert first != second
    assert one_line(first) == first
