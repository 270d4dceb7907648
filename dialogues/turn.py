"""A turn: what goes into the dialogue and what comes out of it. Plain data, no I/O.

A turn is a function of the conversation so far, the message, and what may be read. It never
writes, sends or changes anything: it *returns* replies, dialogue events and effects, and the
caller commits all of them at once (docs/architecture.md, "A turn is a function").
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Event = dict[str, Any]
"""One dialogue event in Rasa's own JSON shape (``{"event": "user", "text": ..., "timestamp": ...}``)."""


@dataclass(frozen=True, slots=True)
class Message:
    """What the citizen wrote, in this turn.

    ``id`` is unique per conversation (the inbox id); ``attachments`` are kinds, e.g. ``("picture",)``.
    """

    id: str
    text: str
    at: datetime
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity of the message: its kind (``case_ref``), its normalised value, and where it stands in the text."""

    entity: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Noticed:
    """What was told here last without being asked for, and nothing was said since: the case, and the response that led
    it. A message that comes now may be about it."""

    reference: str
    response: str


@dataclass(frozen=True, slots=True)
class Context:
    """Who is asking and where, as the caller has established it before the turn.

    ``level`` is 0 anonymous, 1 known number, 2 proven (docs/privacy.md). ``citizen_id`` is ``None`` exactly
    at level 0. ``language`` is ``el`` or ``en``: what the conversation used last, ``el`` when unknown.
    ``login``: the State's login is open to this chat, beside the code to a mobile. ``address``: where answers go (a
    Viber id, a number): who knows what was sent there holds it; who writes from a number may have forged it.
    ``noticed``: the news that this message may be an answer to.
    """

    conversation_id: int
    channel: str
    now: datetime
    citizen_id: int | None = None
    level: int = 0
    language: str = "el"
    login: bool = False
    address: str = field(default="", repr=False)
    noticed: Noticed | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to pick: a button on Viber, a numbered line on SMS. ``value`` is what picking it says."""

    title: str
    value: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One message to the citizen. ``name`` is the response it came from, for the transcript and for metrics.

    ``economy``: as an SMS it may be folded to the capitals that cost less than half (docs/wording.md).
    """

    text: str
    choices: tuple[Choice, ...] = ()
    name: str = ""
    economy: bool = False


@dataclass(frozen=True, slots=True)
class SendCode:
    """Send a one-time code to the mobile that the contact registry holds for this ΑΦΜ.

    ``mobile`` is ``None`` when there is none: nothing is sent, and the citizen is told the same words. ``receipt`` are
    digits that this chat's answer shows and that must be typed with the code; ``None`` where the code alone will do.
    """

    afm: str
    mobile: str | None
    receipt: str | None = None


@dataclass(frozen=True, slots=True)
class CodeTried:
    """A one-time code was typed. ``right`` links the conversation to the code's citizen at level 2."""

    code_id: int
    right: bool


@dataclass(frozen=True, slots=True)
class SendLoginLink:
    """Send a one-time link to the State's login into this chat. It is made when the turn is committed."""


@dataclass(frozen=True, slots=True)
class Unlink:
    """Whoever this chat is linked to, it is not from now on. Open codes and links of the chat end as well."""


@dataclass(frozen=True, slots=True)
class Handover:
    """A person is wanted. ``reason`` is one of ``asked``, ``gave-up``, ``complaint``, ``despair``, ``breach``."""

    reason: str


@dataclass(frozen=True, slots=True)
class CancelHandover:
    """The citizen wants no person any more. What was raised for despair or a breach stays: they never asked for it."""


@dataclass(frozen=True, slots=True)
class AskCallBack:
    """An employee is to ring the citizen up. What becomes of it is said with the commit: who is there then, and by
    when, and whether there is a number at all, is known no sooner."""


@dataclass(frozen=True, slots=True)
class SetLanguage:
    """Answer in this language (``el`` or ``en``) from now on."""

    language: str


@dataclass(frozen=True, slots=True)
class SetConsent:
    """May alerts be sent to this contact point from now on? Answers to what the citizen writes are not alerts."""

    allowed: bool


@dataclass(frozen=True, slots=True)
class SetPreference:
    """How notices are wanted from now on. ``channel``: ``viber``, ``sms``, ``only-viber``, ``only-sms``, ``any``;
    ``quiet``: ``22:00-08:00`` in Athens, or ``none``; ``days``: ``working`` or ``all``."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class SendCopy:
    """Send a one-time link to a copy of all that is held of the citizen into this chat, where they are proven."""


@dataclass(frozen=True, slots=True)
class Erase:
    """Erase what is held of whoever is known here, on all channels; or, unless ``everywhere``, what this chat holds.
    Comes last in a turn."""

    everywhere: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that a case waits for. ``title`` in the registry's words."""

    registry: str
    reference: str
    code: str
    title: str


@dataclass(frozen=True, slots=True)
class TakeFiles:
    """Fetch the files of this message and keep them until it is said which paper they are. ``paper``: which they seem
    to be. ``asks``: what is said once it was seen that they are no certificates that do not hold."""

    paper: Paper | None
    asks: tuple[Reply, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckFiles:
    """Look whether the files of this message are certificates of ours, and say it; nothing is kept. ``asks``: what is
    said instead where they have nothing of ours; without it that is what is said."""

    asks: tuple[Reply, ...] = ()


@dataclass(frozen=True, slots=True)
class HandIn:
    """The files that wait in this chat are this paper: submit them to its registry, together."""

    paper: Paper


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Erase the files that wait in this chat."""


@dataclass(frozen=True, slots=True)
class SendUploadLink:
    """Send a one-time link to the upload page of this case into this chat, where its citizen is known."""

    reference: str


@dataclass(frozen=True, slots=True)
class RequestCertificate:
    """Ask its registry for this certificate, for whoever is proven here. ``details``: what it must be told, by name."""

    kind: str
    details: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class SendCertificate:
    """Send the paper of this request into this chat once more, by a new link."""

    request: int


@dataclass(frozen=True, slots=True)
class CancelCertificate:
    """The certificate of this request is not wanted any more."""

    request: int


_OfIdentity = SendCode | CodeTried | SendLoginLink | Unlink
_OfPrivacy = SetConsent | SetPreference | SendCopy | Erase
_OfDocuments = TakeFiles | CheckFiles | HandIn | TakeBack | SendUploadLink
_OfCertificates = RequestCertificate | SendCertificate | CancelCertificate
Effect = (
    _OfIdentity | _OfPrivacy | _OfDocuments | _OfCertificates | Handover | CancelHandover | AskCallBack | SetLanguage
)


@dataclass(frozen=True, slots=True)
class Turn:
    """What a message led to: replies in order, the dialogue events to append, the effects to commit."""

    replies: tuple[Reply, ...] = ()
    events: tuple[Event, ...] = ()
    effects: tuple[Effect, ...] = field(default=())
