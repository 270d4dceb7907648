"""Words about certificates: asked for at every question of the form, and looked at with every outcome."""

from __future__ import annotations

from dataclasses import replace

from bot.certificates.verify.verdict import Basis, Reason, Result
from bot.channels.facts import SPOKEN
from casestore.certificates.records import Why
from dialogues.actions.base import ActionInput
from dialogues.actions.certificate_form import Form
from dialogues.actions.checking import told as checked_as
from dialogues.catalogue import load_catalogue
from dialogues.ports import CheckedCertificate
from dialogues.say import Say
from dialogues.turn import Context, Message
from tests.dialogues.fakes import ANNA, NOW


def checks_told() -> list[Say]:
    """What a file or a code may turn out to be."""
    known = CheckedCertificate(
        "genuine", title="Πιστοποιητικό γέννησης", issuer="Δήμος", issued_at=NOW, valid_until=NOW
    )
    full = replace(known, holder="Άννα Π.", protocol="1042")
    results = [replace(full, result=result, basis=basis) for result in Result for basis in Basis]
    results += [replace(known, result="altered", reason=reason) for reason in Reason if reason is not Reason.OFFLINE]
    results += [replace(known, result="revoked", revoked_at=NOW, why=why) for why in Why]
    return [*map(checked_as, results), Say("utter_check_slow"), Say("utter_check_unfetched")]


def certificate_turns() -> list[ActionInput]:
    """A form at each of its questions, with answers right and wrong; and words about what was asked for."""
    found: list[ActionInput] = []
    for channel, level in (("viber", 2), ("sms", 2), ("viber", 0)):
        context = Context(1, channel, NOW, ANNA if level else None, level)
        plain = ActionInput(Message("1", "το πιστοποιητικό", NOW), context, "request_certificate", channels=SPOKEN)
        found += [plain, replace(plain, intent="ask_facet", facet="valid", slots={"about": "certificate"})]
        found.append(replace(plain, slots={"pending": {"intent": "cancel_certificate", "reference": None}}))
        for code, kind in load_catalogue().issued.items():
            for asks in (None, *kind.details):
                for details, confirmed in (({}, False), (dict.fromkeys(kind.details, "x"), False), ({}, True)):
                    form = Form(code, details, asks, confirmed)
                    found.append(replace(plain, slots={"pending": form.packed()}))
                    found.append(replace(plain, slots={"pending": form.packed()}, intent="give_detail", said=""))
    return found
