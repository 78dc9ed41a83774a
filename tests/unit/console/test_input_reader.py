"""Any bytes of a terminal are read: known keys as keys, the rest costs nothing."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from textual.events import Key, MouseDown, MouseUp, Paste

from console.terminal.input_reader import ESCAPE_SECONDS, PASTE_SECONDS, InputReader

A_CHUNK = st.one_of(
    st.binary(max_size=12),
    st.sampled_from(
        [
            b"\xe9",
            b"\x1b[M \x80(",
            b"\x1b[1114112u",
            b"\x1b[?",
            b"\x1b[" + b"9" * 40,
            b"\x1b]0;title",
            b"\x1bP1$r",
            b"\x1b[200~",
            b"\x1b[201~",
            b"\x1b[<0;1;1M",
            b"\x1b[48;1;2;3;4t",
            b"\x1b[97;1:2;97:1114112u",
            b"\x1b",
        ]
    ),
)


def keys_of(*chunks: bytes) -> list[str]:
    """The names of the keys that these bytes are, nothing following them."""
    reader = InputReader()
    messages = [message for chunk in chunks for message in reader.feed(chunk, now=0.0)]
    messages += reader.tick(now=ESCAPE_SECONDS)
    return [message.key for message in messages if isinstance(message, Key)]


@given(st.lists(A_CHUNK, max_size=8))
@example([b"\xe9"])
@example([b"\x1b[1114112u"])
def test_after_any_bytes_and_a_silence_keys_are_read_again(chunks: list[bytes]) -> None:
    reader, now = InputReader(), 0.0
    for chunk in chunks:
        list(reader.feed(chunk, now=now))
    list(reader.tick(now=now + PASTE_SECONDS))
    list(reader.tick(now=now + 2 * PASTE_SECONDS))
    list(reader.feed(b"\x1b\\", now=now + 3 * PASTE_SECONDS))
    list(reader.tick(now=now + 4 * PASTE_SECONDS))
    messages = list(reader.feed(b"jk", now=now + 5 * PASTE_SECONDS))
    assert [m.key for m in messages if isinstance(m, Key)][-2:] == ["j", "k"]


@pytest.mark.parametrize("text", ["j", "é", "日", "👩", "\r", "\t"])
def test_a_character_cut_in_two_is_one_key(text: str) -> None:
    data = text.encode()
    assert keys_of(*(bytes([byte]) for byte in data)) == keys_of(data) != []


@pytest.mark.parametrize(
    ("data", "keys"),
    [
        (b"\x1b[A", ["up"]),
        (b"\x1bOP", ["f1"]),
        (b"\x1b[15~", ["f5"]),
        (b"\x1b[1;5C", ["ctrl+right"]),
        (b"\x1b", ["escape"]),
        (b"\x1b\x1b", ["escape", "escape"]),
        (b"\x1bx", ["alt+x"]),
        (b"\x1b[", ["left_square_bracket"]),
        (b"\x1b[106;1u", ["j"]),
    ],
)
def test_keys_are_those_that_textual_knows(data: bytes, keys: list[str]) -> None:
    assert keys_of(data) == keys
    assert keys_of(*(bytes([byte]) for byte in data)) == keys


@pytest.mark.parametrize(
    "broken", [b"\x1b[?", b"\x1b[1;", b"\x1b[1114112u", b"\x1b[ q", b"\x1b]0;a\x07", b"\x1bP\x1b\\"]
)
def test_a_sequence_that_nobody_knows_does_not_swallow_the_keys_behind_it(broken: bytes) -> None:
    assert keys_of(broken, b"\r" + b"j" * 40).count("j") == 40


def test_bytes_that_are_no_utf_8_are_no_commands() -> None:
    assert keys_of(b"\xe9j") == ["replacement_character", "j"]


def test_a_click_beyond_column_95_in_the_old_encoding_is_a_click_there() -> None:
    messages = list(InputReader().feed(b"\x1b[M" + bytes([32, 0x80, 0x28])))
    assert [(type(m), m.x, m.y) for m in messages if isinstance(m, MouseDown | MouseUp)] == [
        (MouseDown, 95, 7)
    ]


def test_a_paste_of_several_lines_is_taken_whole_and_holds_no_keys() -> None:
    reader = InputReader()
    pasted = [*reader.feed(b"\x1b[200~one\ntwo \x1b[Ax"), *reader.feed(b"q\x1b[201~j")]
    assert [m.text for m in pasted if isinstance(m, Paste)] == ["one\ntwo \x1b[Axq"]
    assert [m.key for m in pasted if isinstance(m, Key)] == ["j"]


def test_a_paste_without_an_end_ends_after_a_silence() -> None:
    reader = InputReader()
    assert list(reader.feed(b"\x1b[200~abc", now=0.0)) == []
    assert [m.text for m in reader.tick(now=PASTE_SECONDS) if isinstance(m, Paste)] == ["abc"]
    assert [m.key for m in reader.feed(b"j", now=9.0) if isinstance(m, Key)] == ["j"]
