"""Days made odd at random, by a seed, with the fate that each record is to have."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from pipelines.raw.set_apart import key_of
from tests.sources.readings import A_DAY, Missing, midnight, reading, sent
from tests.sources.server import Sent

COUNTS, APART, GONE = "counts", "apart", "gone"
"""A record is a reading (published, or a duplicate), set apart, or deleted at the source."""
BAD: list[dict[str, Any]] = [
    {"sgv": None},
    {"sgv": Missing},
    {"sgv": "Null"},
    {"sgv": True},
    {"sgv": 1e30},
    {"sgv": 2**63},
    {"sgv": 15},
    {"date": None, "dateString": "soon"},
    {"_id": None},
]
GOOD: list[Callable[[int], dict[str, Any]]] = [
    lambda at: {"date": at + 0.616, "sgv": 120.7},
    lambda at: {"date": str(at), "sgv": "120"},
    lambda _at: {"date": Missing},
    lambda _at: {"date": 0},
    lambda _at: {"sgv": 39},
    lambda _at: {"sgv": 401},
    lambda _at: {"trend": 2**63, "mills": 1},
    lambda _at: {"trend": 2**40, "device": "a\0b"},
]
"""Odd fields of a record that counts, given its epoch millisecond."""
IN_2161 = 6_050_000_000_000
FEW = 10
"""Fewer wrong rows than hold a day back."""
MOVED_TO = 60_000


@dataclass
class OddDays:
    """What the source has, and the fate of all it ever had, by key."""

    sent: dict[str, Sent] = field(default_factory=dict)
    fates: dict[str, str] = field(default_factory=dict)
    held: set[date] = field(default_factory=set)
    """Days of which so much is wrong that they are held back."""
    strayed: set[date] = field(default_factory=set)
    """Days in whose answers are records of others, so that nothing that is missing was deleted."""

    def put(self, day: date, number: int, record: dict[str, Any], fate: str) -> None:
        key = key_of(record, "_id")
        self.sent[key] = sent(day, number, record)
        self.fates[key] = fate

    def drop(self, key: str) -> None:
        """A reading is deleted at the source."""
        del self.sent[key]
        self.fates[key] = GONE


def made(days: Sequence[date], dice: random.Random) -> OddDays:
    """Each day whole at first, then odd in some ways."""
    odd = OddDays()
    for day in days:
        for number in range(A_DAY):
            odd.put(day, number, reading(day, number), COUNTS)
        for oddity in dice.sample(ODDITIES, 2):
            oddity(odd, day, dice)
    for day in dice.sample(list(days), max(len(days) // 8, 1)):
        _mostly_wrong(odd, day, dice)
    return odd


def change(odd: OddDays, days: Sequence[date], dice: random.Random) -> None:
    """What happens at the source later on: readings deleted, moved over midnight, spoiled, mended."""
    for day in days:
        free = [n for n in range(1, A_DAY - 1) if _key(day, n) in odd.sent]
        dice.shuffle(free)
        for number in () if day in odd.strayed else free[:3]:
            if odd.fates[_key(day, number)] == COUNTS:
                odd.drop(_key(day, number))
        for number in free[3:5]:
            odd.put(day, number, reading(day, number) | {"sgv": None}, APART)
        for number in free[5:7]:
            odd.put(day, number, reading(day, number) | {"sgv": 111}, COUNTS)
        if day + timedelta(days=1) in days:
            _move(odd, day, reading(day, A_DAY - 1))


def _key(day: date, number: int) -> str:
    return str(reading(day, number)["_id"])


def _move(odd: OddDays, day: date, record: dict[str, Any]) -> None:
    at = midnight(day + timedelta(days=1)) + MOVED_TO
    odd.sent[record["_id"]] = Sent(at, record | {"date": at})
    odd.fates[record["_id"]] = COUNTS


def _spoil(odd: OddDays, day: date, number: int, changed: dict[str, Any]) -> None:
    """Another version in place of the reading that was there; one without id is a new record."""
    odd.sent.pop(_key(day, number), None)
    odd.fates.pop(_key(day, number), None)
    odd.put(day, number, reading(day, number, **changed), APART)


def _wrong(odd: OddDays, day: date, dice: random.Random) -> None:
    for number in dice.sample(range(1, A_DAY - 1), dice.randint(1, FEW - 4)):
        _spoil(odd, day, number, dice.choice(BAD))


def _mostly_wrong(odd: OddDays, day: date, dice: random.Random) -> None:
    for number in dice.sample(range(1, A_DAY - 1), 40):
        if odd.fates.get(_key(day, number)) == COUNTS:
            _spoil(odd, day, number, {"sgv": None})
    odd.held.add(day)


def _codes(odd: OddDays, day: date, dice: random.Random) -> None:
    code = {"sgv": dice.randint(0, 12), "direction": "NOT COMPUTABLE"}
    for number in dice.sample(range(1, A_DAY - 1), dice.randint(1, 72)):
        _spoil(odd, day, number, code)


def _second_device(odd: OddDays, day: date, dice: random.Random) -> None:
    later = dice.choice([0, 9000])
    for number in range(dice.randint(1, 200)):
        odd.put(day, number, reading(day, number, "xdrip", later), COUNTS)


def _other_types(odd: OddDays, day: date, dice: random.Random) -> None:
    for number in range(dice.randint(1, 30)):
        other = {"type": dice.choice(["mbg", "cal"]), "sgv": Missing}
        odd.put(day, number, reading(day, number, "meter", 1000, **other), APART)


def _odd_but_good(odd: OddDays, day: date, dice: random.Random) -> None:
    for number in dice.sample(range(1, A_DAY - 1), 8):
        if odd.fates.get(_key(day, number)) == COUNTS:
            at = reading(day, number)["date"]
            odd.put(day, number, reading(day, number, **dice.choice(GOOD)(at)), COUNTS)


def _strays(odd: OddDays, day: date, dice: random.Random) -> None:
    for number in range(dice.randint(1, 5)):
        odd.put(day, number, reading(day - timedelta(days=200), number, "stray"), APART)
    odd.put(day, 7, reading(day, 7, "ahead", date=IN_2161), APART)
    odd.strayed.add(day)


ODDITIES = [_wrong, _codes, _second_device, _other_types, _odd_but_good, _strays]
