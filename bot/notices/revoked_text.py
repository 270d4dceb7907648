"""What is said of a certificate that counts no more. Pure."""

from __future__ import annotations

from bot.notices.text import NoticeMessage
from casestore.certificates.revoked import RevokedPaper
from dialogues.catalogue import Catalogue
from dialogues.responses import Phrases
from dialogues.say import Say


class RevokedText:
    """Puts it into words. The conversation takes nothing of it up: it is about no case."""

    def __init__(self, phrases: Phrases, catalogue: Catalogue) -> None:
        self._phrases = phrases
        self._catalogue = catalogue

    def compose(self, paper: RevokedPaper, language: str, channel: str, *, first: bool) -> NoticeMessage:
        """``first``: nothing was ever told there, so it says who writes."""
        why = Say(f"utter_revoked_{paper.revocation.why}")
        title = self._catalogue.services[paper.kind].title
        more = (Say("utter_notice_first"),) if first else ()
        said = Say("utter_notice_revoked", {"title": title, "issued": paper.issued_at, "why": why}, more=more)
        return NoticeMessage(self._phrases.compose(said, language, channel), "")
