"""Yes to a certificate that was told of, where nothing is open any more: «ναι, ζήτα τη», "yes, order it". Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from dialogues.understanding.phrases import Phrases, phrases_of
from dialogues.understanding.reading import Reading
from nlu.names import read_catalogue

_ASKED_FOR = "certificate_status"  # the wish once it was asked for
_WANTS = frozenset({"affirm", "nlu_fallback", "out_of_scope", "certificate_status", "request_certificate"})
_ABOUT = frozenset({"service", "certificate"})
_GO_ON = {
    "request": [
        {
            "near": [
                "ζήτα ζητήστε ζήτησέ ζητήσεις ζητήσετε προχώρα προχωρήστε προχωρήσουμε στείλτε στείλε στείλετε βγάλτε "
                "βγάλε βγάλετε κάντε κάν order request send proceed please go do get issue"
            ],
            "most": 9,
            "unless": "μην μη πόσο πότε γιατί how when why not don't υπάλληλ*",
        }
    ]
}


def yes_to_certificate(reading: Reading, slots: Mapping[str, Any]) -> Reading:
    """The wish for the certificate that is talked about, where the message says to go on with it."""
    if slots["question"] or reading.intent not in _WANTS or slots.get("about") not in _ABOUT:
        return reading
    open_ = slots.get("topic") in _certificates() and slots.get("wish") != _ASKED_FOR
    if not open_ or reading.has("certificate_type", "procedure", "case_ref") or _go_on().find(reading.text) is None:
        return reading
    return replace(reading, intent="request_certificate", confidence=1.0, facet=None)


@cache
def _certificates() -> frozenset[str]:
    return frozenset(entry.code for entry in read_catalogue() if entry.kind == "certificate_type")


@cache
def _go_on() -> Phrases:
    return phrases_of(_GO_ON, {})
