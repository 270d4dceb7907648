"""Files at rest: what is cut, moved, swapped or changed does not open."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casestore.filevault import PIECE, FileVault
from casestore.vault import SealBroken, Vault
from tests.conftest import TEST_SECRET

VAULT = FileVault(Vault([TEST_SECRET]))
THREE = bytes(range(256)) * (PIECE // 128) + b"the end"
_STEP, _HEAD = PIECE + 16, 27


@given(st.binary(max_size=200), st.sampled_from([0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE]))
def test_there_and_back(start: bytes, length: int) -> None:
    content = (start + b"\0" * length)[: max(length, len(start))]
    assert VAULT.open("in:7:e0", VAULT.seal("in:7:e0", content)) == content


def test_nothing_of_it_can_be_read_and_no_two_are_alike() -> None:
    sealed = VAULT.seal("a", b"words" * 1000)
    assert b"words" not in sealed
    assert sealed != VAULT.seal("a", b"words" * 1000)


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda s: s[: _HEAD + _STEP], id="cut to its first piece"),
        pytest.param(lambda s: s[:-1], id="cut by a byte"),
        pytest.param(lambda s: s[:_HEAD], id="nothing but its head"),
        pytest.param(lambda s: s[:10], id="not even that"),
        pytest.param(lambda s: s[:0], id="nothing"),
        pytest.param(lambda s: s + b"\0", id="longer"),
        pytest.param(
            lambda s: (
                s[:_HEAD] + s[_HEAD + _STEP : _HEAD + 2 * _STEP] + s[_HEAD : _HEAD + _STEP] + s[_HEAD + 2 * _STEP :]
            ),
            id="swapped",
        ),
        pytest.param(lambda s: s[:_HEAD] + s[_HEAD + _STEP :], id="without its first piece"),
        pytest.param(lambda s: s[:_HEAD] + bytes([s[_HEAD] ^ 1]) + s[_HEAD + 1 :], id="a bit"),
        pytest.param(lambda s: s[:4] + bytes([s[4] ^ 1]) + s[5:], id="the salt"),
        pytest.param(lambda s: b"\0" + s[1:], id="the key's id"),
    ],
)
def test_what_was_altered_does_not_open(harm) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SealBroken):
        VAULT.open("a", harm(VAULT.seal("a", THREE)))


def test_it_opens_for_what_it_is_of_alone() -> None:
    with pytest.raises(SealBroken):
        VAULT.open("in:8:e0", VAULT.seal("in:7:e0", THREE))


def test_a_newer_key_in_front_seals_and_the_older_still_opens() -> None:
    both = FileVault(Vault(["a newer secret in front", TEST_SECRET]))
    assert both.open("a", VAULT.seal("a", THREE)) == THREE
    with pytest.raises(SealBroken):
        VAULT.open("a", both.seal("a", THREE))
