"""The questions the bot asks and waits for. Slot ``question`` holds the open one; rules and readings depend on it.

They take the place of Rasa's forms: a form keeps what it collects in slots, and a tax number or a one-time code
must not stay in a conversation's history; it also predicts and runs itself again on every message.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

TO_NOTHING = frozenset({"utter_affirm_nothing", "utter_deny_nothing"})
"""Said to a yes or a no where nothing was asked. Where a number is asked for, the question alone is the answer."""

AGAIN: Mapping[str, str] = MappingProxyType(
    {
        "afm": "utter_ask_afm_again",
        "amka": "utter_certificate_ask_amka_again",
        "code": "utter_ask_code_again",
        "kaek": "utter_certificate_ask_kaek_again",
    }
)
"""Questions that are put again once something else was answered in between, and the response that does it."""

ASIDE: Mapping[str, str] = MappingProxyType({"link": "utter_ask_link_again", "person": "utter_ask_person_again"})
"""Offers that are made again, in other words, after a question about them was answered."""

OF_QUESTION: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "link": frozenset(
            {
                "utter_about_bot", "utter_fee_link", "utter_genuine", "utter_next_link", "utter_no_way",
                "utter_privacy", "utter_repeat_link", "utter_why_link",
            }
        ),
        "person": frozenset({"utter_repeat_person"}),
    }
)  # fmt: skip
"""What answers a question about an offer."""

FINAL = frozenset({"paper", "order"})
"""Questions of which the yes cannot be taken back: it is said plainly, or the question is put again."""
LASTS = frozenset({"afm", "code", "link", "person", "case", "topic", "paper", "kaek", "amka", "purpose", "order"})
"""Questions that stay open while something else is said: until answered, refused, replaced by another topic, or
:data:`LAPSES` messages old. Those that take something away do not wait."""
LAPSES = 3  # messages

ASKED_BY: Mapping[str, str] = MappingProxyType(
    {
        "utter_afm_invalid": "afm",
        "utter_afm_invalid_again": "afm",
        "utter_afm_needed": "afm",
        "utter_ask_afm": "afm",
        "utter_ask_afm_again": "afm",
        "utter_ask_afm_or_login": "afm",
        "utter_ask_code_again": "code",
        "utter_cases": "case",
        "utter_cases_brief": "case",
        "utter_erase_confirm": "erase",
        "utter_erase_confirm_chat": "erase",
        "utter_my_data_prove": "link",
        "utter_code_expired": "afm",
        "utter_code_none": "afm",
        "utter_code_incomplete": "code",
        "utter_code_late": "code",
        "utter_code_sent": "code",
        "utter_code_sent_receipt": "code",
        "utter_code_spent": "afm",
        "utter_code_wrong": "code",
        "utter_login_link_coming": "code",
        "utter_certificate_ask_amka": "amka",
        "utter_certificate_ask_amka_again": "amka",
        "utter_certificate_ask_case": "case",
        "utter_certificate_ask_kaek": "kaek",
        "utter_certificate_ask_kaek_again": "kaek",
        "utter_certificate_ask_purpose": "purpose",
        "utter_certificate_amka_wrong": "amka",
        "utter_certificate_cancel_confirm": "order",
        "utter_certificate_confirm": "order",
        "utter_certificate_elsewhere": "person",
        "utter_certificate_kaek_wrong": "kaek",
        "utter_certificate_prove": "link",
        "utter_certificate_purpose_wrong": "purpose",
        "utter_certificates_prove": "link",
        "utter_complaint": "person",
        "utter_fact_unknown": "person",
        "utter_link_again": "link",
        "utter_maybe_person": "person",
        "utter_no_certificate": "person",
        "utter_offer_link": "link",
        "utter_offer_person": "person",
        "utter_paper_is_it": "paper",
        "utter_paper_link_first": "link",
        "utter_paper_which": "paper",
        "utter_papers_are_it": "paper",
        "utter_person_again": "person",
        "utter_unsure_case": "person",
        "utter_unlink_confirm": "unlink",
        "utter_which_case": "case",
        "utter_which_certificate": "topic",
        "utter_which_fee": "topic",
        "utter_which_of_two": "case",
        "utter_which_office": "topic",
    }
)
"""Which response asks which question: saying it opens the question and closes any other."""
