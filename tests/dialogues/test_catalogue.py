"""What is known of procedures, services and offices: in both languages, with its source."""

from __future__ import annotations

import re
from typing import Any

import pytest

from connectors import cadastre, civil_protection, efka, kep, permits
from dialogues.catalogue import load_catalogue
from dialogues.wording import LANGUAGES
from nlu.names import read_catalogue
from tests.dialogues.domain import (
    NAMES,
)


@pytest.mark.parametrize("registry", [permits, efka, cadastre, civil_protection, kep])
def test_every_procedure_and_stage_of_the_registries_has_words(registry: Any) -> None:
    catalogue = load_catalogue()
    for procedure in registry.VOCABULARY.procedures._codes.values():
        assert catalogue.procedure(procedure), procedure
        for stage in registry.VOCABULARY.stages._codes.values():
            assert catalogue.stage(procedure, stage), (procedure, stage)


def test_the_catalogue_is_in_both_languages() -> None:
    catalogue = load_catalogue()
    stages = [*catalogue.stages.values(), *(s for p in catalogue.procedures.values() for s in p.stages.values())]
    words = [w for s in stages for w in (s.title, s.next)]
    words += [w for p in catalogue.procedures.values() for w in (p.title, p.submit)]
    for word in words:
        assert set(word) == set(LANGUAGES)
        assert all(re.search(r"\w", text) for text in word.values())


@pytest.mark.parametrize(("kind", "code"), NAMES)
def test_whatever_can_be_named_is_in_the_catalogue(kind: str, code: str) -> None:
    catalogue = load_catalogue()
    assert code in (catalogue.offices if kind == "agency" else catalogue.services)


def test_public_facts_name_their_source_and_are_in_both_languages() -> None:
    catalogue = load_catalogue()
    mitos = {entry.code: entry.mitos for entry in read_catalogue()}
    for service in catalogue.services.values():
        assert service.agency in catalogue.offices
        assert service.source
        assert service.seen.year >= 2026
        assert set(service.source) == set(LANGUAGES)
        assert all(mitos[service.code] in text for text in service.source.values())
        words = [service.owner, service.where, service.needs, service.time, service.fee, *(service.documents or ())]
        assert all(set(each) == set(LANGUAGES) for each in words if each is not None)
    for office in catalogue.offices.values():
        assert set(office.finder) == set(LANGUAGES)


def test_no_telephone_and_no_hour_is_kept_for_any_office() -> None:
    for office in load_catalogue().offices.values():
        for text in [*office.finder.values(), *(office.note or {}).values()]:
            assert set(re.findall(r"\d+", text)) <= {"112", "155034"}
