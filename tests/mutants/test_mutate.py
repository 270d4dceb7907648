"""The mistakes that are made on purpose are those that are meant."""

from __future__ import annotations

import ast

import pytest

from tests.mutants.__main__ import ROOMS, every, sample
from tests.mutants.equivalent import EQUIVALENT
from tests.mutants.mutate import mistakes, mutated


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ("a < b", ["a <= b"]),
        ("a is None", ["a is not None"]),
        ("a and b", ["a or b"]),
        ("not a", ["a"]),
        ("x = 3", ["x = 4"]),
        ("f(on=True)", ["f(on=False)"]),
        ("a - b", ["a + b"]),
        ("'a' + b", []),
        ("x = b if a else c", ["x = b if not a else c"]),
        ("def f():\n    return a", ["def f():\n    return None"]),
        ("def f():\n    return None", []),
        (
            "@dataclass(frozen=True)\nclass A:\n    b: Literal[1] = 2",
            ["@dataclass(frozen=True)\nclass A:\n    b: Literal[1] = 3"],
        ),
        ("raise ValueError(1)", []),
        ("zip(a, b, strict=True)", []),
        ("'a docstring'", []),
    ],
)
def test_one_place_is_wrong(source: str, wrong: list[str]) -> None:
    assert [ast.unparse(mutated(source, mistake)) for mistake in mistakes(source)] == wrong


def test_each_mistake_is_one_place_of_a_whole_module() -> None:
    source = "def f(a, b):\n    if a < 1 and b:\n        return a\n    return a + 2\n"
    found = mistakes(source)
    kinds = ["branches swapped", "nothing returned", "and for or", "plus for minus", "comparison turned", "off by one"]
    assert sorted({mistake.what for mistake in found}) == sorted([*kinds])
    assert len({ast.unparse(mutated(source, mistake)) for mistake in found}) == len(found) == 8


def test_what_is_said_to_change_nothing_can_still_be_made_and_is_not_counted() -> None:
    named = [mutant.named for mutant in every(ROOMS)]
    assert {one for one in EQUIVALENT if named.count(one) != 1} == set()
    assert len(EQUIVALENT) < 10
    assert len(sample(ROOMS, len(named), 1)) == len(named) - len(EQUIVALENT)
