"""Words of the field: code is named as an engineer from elsewhere would look for it (docs/glossary.md).

A word that had a private meaning here once does not come back; beside it, what it is called.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from tests.guards.sizes import ROOT, tree_of

INSTEAD: Mapping[str, str] = MappingProxyType(
    {
        "Agreement": "RegistryLinkVerifier",
        "Ambient": "Runtime",
        "Arrived": "NewEvent",
        "CaseBook": "CaseRecorder",
        "Census": "Citizens",
        "Chance": "Runtime",
        "Converse": "TurnHandler",
        "Desk": "a harness, by what it holds",
        "Doors": "OneTimeLinkSender",
        "Findings": "PageDiff",
        "Finish": "LoginCompletion",
        "HIDDEN": "REDACTED_LINK",
        "Hands": "TaskPool",
        "Hear": "ChangeListener",
        "Kept": "Filed",
        "KeepingJob": "RetentionJob",
        "Kit": "ChannelHarness",
        "LettingGo": "Purger",
        "Lexicon": "Vocabulary",
        "Pace": "RetryPolicy",
        "Postman": "WebhookClient",
        "Sureness": "LinkVerifier",
        "Switchboard": "PhoneContext",
        "Told": "CaseReport",
        "Town": "a fixture, by what it holds",
        "Went": "PurgeBatch",
        "Words": "LocalizedText",
        "affairs": "cases",
        "because": "audit_cause",
        "casebook": "recorder",
        "converse": "turn_handler",
        "errands": "submissions",
        "here": "conversation",
        "letgo": "purge",
        "linkwords": "login_phrases",
        "misses": "fallback_count",
        "onward": "advance_run",
        "untold": "not_reported_since",
        "when_and_where": "route_notice",
        "wishwords": "rights_phrases",
        "would_go": "count_due",
    }
)

_ANY = re.compile(rf"\b({'|'.join(INSTEAD)})\b")


def private(path: Path) -> Iterator[str]:
    """The names in this module that are none of the field's."""
    where = path.relative_to(ROOT)
    if path.stem in INSTEAD:
        yield f"{where}: call it {INSTEAD[path.stem]}"
    if not _ANY.search(path.read_text("utf-8")):
        return  # most: parsing takes its time
    for node in ast.walk(tree_of(path)):
        name = _name_of(node)
        if name in INSTEAD:
            yield f"{where}:{getattr(node, 'lineno', 0)}: {name}: call it {INSTEAD[name]}"


def _name_of(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.alias(name=name):
            return name
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return name
    return ""
