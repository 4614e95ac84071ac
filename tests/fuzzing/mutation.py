"""Inputs: seeds changed in a few places, heaps of tokens, and one piece over and over.

All follow from (target, seed, number), so whatever fails can be had again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from tests.fuzzing.targets import Target

_ODD = (
    *(b"\0", b"\xff", b"\xed\xa0\x80", b"\xed\xb0\x80", b"\xef\xbb\xbf", b"\xff\xfe", b"\r", b"\r\n", b"\x0b", b"\x0c"),
    *(
        b"\x1b[31m",
        b"\x85",
        b"\x1f\x8b",
        b"%00",
        b"%ff",
        b"%2F",
        b"../",
        b"\t",
        b"\n\n",
        b"  ",
        b"\\",
        b"'",
        b'"',
        b"`",
    ),
    *(
        text.encode()
        for text in (
            *(
                "\u202e",
                "\u2066",
                "\u200b",
                "\u200d",
                "\ufeff",
                "\u00ad",
                "\u2028",
                "\u2029",
                "\u0085",
                "\ufffd",
                "\ufffe",
            ),
            *(
                "\u0301",
                "e" + "\u0301" * 40,
                "\u0130",
                "ß",
                "ﬁ",
                "\u1e9e",
                "\u212a",
                "\u0345",
                "Ǆ",
                "ΐ",
                "中文",
                "שלום",
            ),
            *(
                "٣",
                "²",
                "①",
                "𝟘",
                "½",
                "\U0001f468\u200d\U0001f4bb",
                "\U000e0041",
                "\U0010ffff",
                "\ue000",
                "\ue001",
                "\u3000",
            ),
        )
    ),
)
_NUMBERS = [
    *(b"0", b"-1", b"1", b"00000", b"9999", b"10000", b"2147483648", b"9223372036854775808", b"-9223372036854775809"),
    *(
        b"1" + b"0" * 40,
        b"9" * 400,
        b"9" * 5000,
        b"1e309",
        b"-1e400",
        b"NaN",
        b"Infinity",
        b"0x10",
        b"1_0",
        b"1.5",
        b"-0",
    ),
]
_DIGITS = re.compile(rb"\d+")
_PAIRS = (b"()", b"[]", b"{}", b"<>", b'""', b"''", b"$$", b"**", b"__", b"``", b"||", b"//", b"==")
_SIGNS = [bytes((sign,)) for sign in b" .,;:([{)]}*_-|\"'`$\\~#=<>/&%!?^+@\n\ta1"]
_Change = Callable[[Random, bytearray, Target], None]


def made(target: Target, seed: int, number: int) -> bytes:
    """The input of that number."""
    random = Random(f"{target.name} {seed} {number}")
    kind = random.random()
    if target.tree and kind < 0.6:
        return _tree(random, target)[: target.longest]
    if kind < 0.72:
        return _mutated(random, target)[: target.longest]
    return (_heap(random, target) if kind < 0.98 else _repeated(random, target))[: target.longest]


def _mutated(random: Random, target: Target) -> bytes:
    data = bytearray(random.choice(target.seeds))
    for _ in range(1 + min(int(random.expovariate(0.4)), 20)):
        random.choice(_CHANGES)(random, data, target)
        del data[target.longest :]
    return bytes(data)


def _heap(random: Random, target: Target) -> bytes:
    """Tokens in a row, some in pairs of brackets, some lines of a seed, some odd signs."""
    return b"".join(_piece(random, target) for _ in range(random.choice((1, 2, 3, 5, 8, 13, 21, 34))))


def _piece(random: Random, target: Target) -> bytes:
    kind = random.random()
    if kind < 0.7:
        return random.choice(target.tokens)
    if kind < 0.8:
        pair = random.choice(_PAIRS)
        return pair[:1] + random.choice(target.tokens) + pair[1:]
    if kind < 0.9:
        return random.choice(random.choice(target.seeds).splitlines(keepends=True) or [b""])
    return random.choice((b" ", b" ", b"\n", b"word ", random.choice(_ODD), random.choice(_NUMBERS)))


def _repeated(random: Random, target: Target) -> bytes:
    """A head, a unit over and over, a tail: what slow ways of reading are slow on."""
    units = random.choice(_SIGNS), *(_piece(random, target)[:200] for _ in range(random.randint(0, 2)))
    unit = b"".join(units[random.choice((0, 0, 1)) :]) or b"x"
    size = random.choice((1_000, 4_000, 16_000, target.longest))
    head, tail = (random.choice((b"", _piece(random, target), random.choice(target.seeds)[:2000])) for _ in range(2))
    return head + unit * (max(size - len(head) - len(tail), 0) // len(unit)) + tail


def _span(random: Random, data: Sequence[int]) -> tuple[int, int]:
    """Some part of it, mostly a short one."""
    start = random.randint(0, len(data))
    return start, min(len(data), start + random.choice((0, 1, 2, 4, 8, 16, 64, 256, 4096)))


def _flip(random: Random, data: bytearray, target: Target) -> None:
    if data:
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _delete(random: Random, data: bytearray, target: Target) -> None:
    start, end = _span(random, data)
    del data[start:end]


def _double(random: Random, data: bytearray, target: Target) -> None:
    start, end = _span(random, data)
    data[start:start] = data[start:end] * random.choice((1, 1, 2, 5, 50))


def _move(random: Random, data: bytearray, target: Target) -> None:
    start, end = _span(random, data)
    piece = data[start:end]
    del data[start:end]
    at = random.randint(0, len(data))
    data[at:at] = piece


def _splice(random: Random, data: bytearray, target: Target) -> None:
    other = random.choice(target.seeds)
    (start, end), at = _span(random, other), random.randint(0, len(data))
    data[at : at + random.choice((0, end - start))] = other[start:end]


def _insert(random: Random, data: bytearray, target: Target) -> None:
    at = random.randint(0, len(data))
    data[at : at + random.choice((0, 0, 1, 4))] = random.choice(target.tokens)


def _odd(random: Random, data: bytearray, target: Target) -> None:
    at = random.randint(0, len(data))
    data[at : at + random.choice((0, 1))] = random.choice(_ODD)


def _nest(random: Random, data: bytearray, target: Target) -> None:
    start, end = _span(random, data)
    pair, times = random.choice(_PAIRS), random.choice((1, 1, 2, 10, 100, 2000))
    data[start:end] = pair[:1] * times + data[start:end] + pair[1:] * random.choice((0, 1, times, times))


def _cut(random: Random, data: bytearray, target: Target) -> None:
    del data[random.randint(0, len(data)) :]


def _number(random: Random, data: bytearray, target: Target) -> None:
    if places := [match.span() for match in _DIGITS.finditer(data)]:
        start, end = random.choice(places)
        data[start:end] = random.choice(_NUMBERS)


def _long_line(random: Random, data: bytearray, target: Target) -> None:
    at = random.randint(0, len(data))
    data[at:at] = random.choice(
        (b"a", b" ", b"word ", b"\xc3\xa9", random.choice(target.tokens) or b"x")
    ) * random.choice((100, 1000, 3000))


_CHANGES: tuple[_Change, ...] = (
    *(_flip, _delete, _delete, _double, _double, _move, _splice, _splice, _insert, _insert, _insert, _insert),
    *(_odd, _odd, _nest, _cut, _number, _number, _long_line),
)


def _tree(random: Random, target: Target) -> bytes:
    """A seed with some values of its tree exchanged."""
    value = json.loads(random.choice(target.seeds))
    for _ in range(random.choice((1, 1, 2, 4))):
        value = _changed(random, value, target)
    return json.dumps(value, ensure_ascii=random.random() < 0.5).encode("utf-8", "surrogatepass")


def _changed(random: Random, value: Any, target: Target) -> Any:
    if isinstance(value, dict) and value and random.random() < 0.92:
        key = random.choice(list(value))
        if random.random() < 0.1:
            return {name: held for name, held in value.items() if name != key}
        return {**value, key: _changed(random, value[key], target)}
    if isinstance(value, list) and value and random.random() < 0.92:
        at = random.randrange(len(value))
        if random.random() < 0.15:
            return [*value[:at], *value[at : at + 1] * random.choice((0, 2, 30)), *value[at + 1 :]]
        return [*value[:at], _changed(random, value[at], target), *value[at + 1 :]]
    return _odd_value(random, value, target)


def _odd_value(random: Random, value: Any, target: Target) -> Any:
    """Something else than was there, of whatever kind."""
    text = str(value) if isinstance(value, str | int | float) else ""
    data = bytearray(text.encode("utf-8", "surrogatepass"))
    random.choice(_CHANGES)(random, data, target)
    choices: list[Any] = [
        *(None, True, False, 0, -1, 1.5, 1e300, float("nan"), float("inf"), 2**63, 10**40, -(2**63) - 1),
        *(
            "",
            " ",
            "\0",
            "\ud800",
            "x" * 5000,
            "2018",
            "0000",
            "v1",
            [],
            [None],
            [[]],
            {},
            {"": None},
            [0],
            [value],
            {"a": value},
        ),
        *[data.decode("utf-8", "replace")] * 12,
    ]
    return random.choice(choices)
