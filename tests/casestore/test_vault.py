from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casestore.vault import SealBroken, Vault

OLD, NEW = "the old secret of the ring", "the new secret of the ring"


@given(st.text())
def test_what_is_sealed_opens_and_does_not_show(text: str) -> None:
    vault = Vault([NEW, OLD])
    sealed = vault.seal("column", text)
    assert vault.open("column", sealed) == text
    assert len(text) < 4 or text.encode() not in sealed


def test_the_newest_seals_and_all_open() -> None:
    old = Vault([OLD]).seal("column", "ΑΦΜ")
    ring = Vault([NEW, OLD])
    assert ring.open("column", old) == "ΑΦΜ"
    with pytest.raises(SealBroken, match="not in SECRET_KEY"):
        Vault([OLD]).open("column", ring.seal("column", "ΑΦΜ"))


def test_a_value_opens_only_in_its_column_and_unaltered() -> None:
    vault = Vault([NEW])
    sealed = vault.seal("citizens.afm", "123456783")
    with pytest.raises(SealBroken):
        vault.open("transcript.text", sealed)
    with pytest.raises(SealBroken):
        vault.open("citizens.afm", sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(SealBroken):
        vault.open("citizens.afm", b"")


def test_the_index_is_stable_when_a_secret_is_added_in_front() -> None:
    assert Vault([OLD]).index("afm", "123456783") == Vault([NEW, OLD]).index("afm", "123456783")
    assert Vault([NEW]).index("afm", "123456783") != Vault([OLD]).index("afm", "123456783")
    assert Vault([NEW]).index("afm", "123456783") != Vault([NEW]).index("phone", "123456783")


@pytest.mark.parametrize("ring", [[], ["short"], [NEW, "short"]])
def test_a_weak_ring_is_refused(ring: list[str]) -> None:
    with pytest.raises(ValueError, match="16 characters"):
        Vault(ring)
