"""What a conversation is about when a message comes: the open question, else what was told last.

The same words mean different things after different answers (nlu/facets.py); these are the names that nlu/talks uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

NOTHING = "none"

_BY_TOPIC: Mapping[str, str] = MappingProxyType(
    {
        "case": "utter_case_closed utter_case_granted utter_case_partly utter_case_refused utter_case_status "
        "utter_case_status_plain utter_nothing_missing utter_sent_nothing_missing utter_case_state "
        "utter_case_state_plain utter_notice_stage utter_notice_stage_last utter_notice_stage_plain "
        "utter_notice_opened utter_notice_late utter_notice_late_date "
        "utter_notice_granted utter_notice_refused utter_notice_partly utter_notice_closed utter_notice_accepted",
        "paper": "utter_missing_documents utter_sent_still_missing utter_case_todo utter_case_todo_due "
        "utter_case_paper_missing utter_case_paper_missing_due utter_case_until utter_case_until_open "
        "utter_case_until_past utter_case_until_today utter_case_why_waits utter_notice_missing "
        "utter_notice_missing_due utter_notice_rejected utter_notice_reminder utter_notice_passed",
        "cases": "utter_cases utter_cases_brief utter_which_case utter_which_of_two",
        "service": "utter_danger_over utter_service utter_service_papers utter_service_cost "
        "utter_certificate_elsewhere",
        "certificate": "utter_certificate_ask_amka utter_certificate_ask_case utter_certificate_ask_kaek "
        "utter_certificate_ask_purpose utter_certificate_confirm utter_certificate_requested "
        "utter_certificate_under_way utter_certificate_is_asked utter_certificate_is_waiting "
        "utter_certificate_is_issued utter_certificate_is_refused utter_certificate_is_failed utter_certificates "
        "utter_certificate_valid",
        "check": "utter_check_how utter_check_slip utter_check_issued utter_check_expired utter_check_revoked "
        "utter_check_unknown",
        "office": "utter_office utter_fact_reach",
        "called": "utter_handover utter_complaint_again utter_gave_up",
        "alerts": "utter_alerts_on utter_alerts_off utter_preferences utter_quiet_set utter_quiet_none "
        "utter_channel_set utter_channel_only utter_channel_any utter_days_working utter_days_all utter_news_needed "
        "utter_news_all utter_preferences_which "
        "utter_alerts_kept utter_alerts_later utter_how_linked utter_alerts_where "
        "utter_about_alerts utter_started utter_stopped",
        "danger": "utter_danger utter_danger_again utter_violence",
        "despair": "utter_despair utter_despair_again",
        "grief": "utter_grief utter_death_record",
        "proxy": "utter_proxy_link utter_proxy_how utter_proxy_paper utter_proxy_firm",
        "fraud": "utter_fraud utter_fraud_report",
        NOTHING: "utter_cancelled utter_goodbye utter_unlinked utter_erased",
    }
)
OPENS: Mapping[str, str] = MappingProxyType(
    {name: topic for topic, names in _BY_TOPIC.items() for name in names.split()}
)
"""Which response opens which topic."""

_ASKED: Mapping[str, str] = MappingProxyType(
    {"link": "link", "afm": "afm", "code": "code", "person": "person", "case": "cases", "topic": "service"}
)
"""What is talked about while a question is open."""


_ASKS: Mapping[str, str] = MappingProxyType({"utter_notice_passed": "person"})
"""Which news ends with a question that a yes or a no answers."""
_LAST = frozenset({"case", "paper", "service", "certificate", "office", "fraud", "despair", "proxy", "grief"})


def about(slots: Mapping[str, Any]) -> str:
    """What the conversation is about, by its slots."""
    return _ASKED.get(slots.get("question") or "") or slots.get("about") or NOTHING


def underneath(slots: Mapping[str, Any]) -> str:
    """What is talked about under the offer of a person, which most often stands beside an answer."""
    told = slots.get("about") or NOTHING
    return told if slots.get("question") == "person" and told in _LAST else about(slots)


def noticed(slots: Mapping[str, Any], reference: str, response: str) -> dict[str, Any]:
    """How the slots change by news of a case that was told since. While something is asked, that is what a message is
    an answer to."""
    if slots.get("question"):
        return {}
    wish = {"wish": "ask_case_status", "topic": None, "pending": None, "last_choices": None}
    asks = {"question": _ASKS[response]} if response in _ASKS else {}
    return {"case": reference, "about": OPENS.get(response, "case"), **wish, **asks}


def opened(responses: Iterable[str]) -> str | None:
    """The topic that the last of these responses opened, if any did."""
    return next((OPENS[name] for name in reversed(list(responses)) if name in OPENS), None)
