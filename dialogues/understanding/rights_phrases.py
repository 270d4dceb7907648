"""Messages about what is held of a citizen and about how they want to be told, in so many words. Pure tables, asked
before the classifier.

A message counts only if every word of it is known here and each group that a phrase needs is hit: «διαγράψτε με»
is one, «διαγράψτε την αίτησή μου» is the classifier's affair.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property

from dialogues.channels import ANY, NO_CHANNELS, Channels
from dialogues.channels import ONLY as ONLY_CODE
from dialogues.say import LocalizedText
from dialogues.understanding.hours import DEFAULT, hours_in, without_hours
from nlu.fold import fold

MY_DATA, COPY, DELETE, PREFER, SHOW = "my_data", "my_data_copy", "delete_me", "set_preference", "my_preferences"
SENT, LOOKED = "my_notices", "who_looked"
PERSON = "talk_to_human"
STOP = "stop_notifications"


@dataclass(frozen=True, slots=True)
class Phrase:
    """``needs``: groups of words, of each at least one. ``may``: words that change nothing. ``wish``: a preference.

    ``hours``: it also says from when until when.
    """

    intent: str
    needs: tuple[str, ...]
    may: str = ""
    language: str = "el"
    wish: tuple[str, str] | None = None
    hours: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for. ``wish`` is a preference's kind and value (:mod:`casestore.people.preferences`)."""

    intent: str
    language: str
    wish: tuple[str, str] | None = None


_POLITE = (
    "παρακαλώ σας γεια καλημέρα καλησπέρα θέλω θα ήθελα μπορείτε μπορείς μπορώ πείτε πες δείξτε δείξε δώστε δώσε "
    "στείλτε στείλε μου να με από εδώ τώρα αμέσως και μετά ύστερα τότε λοιπόν ωραία εντάξει καλά οκ τελικά"
)
_OF = "τι ποια ποιες είναι για σχετικά τα των το τη την τις του τον προσωπικά προσωπικών όλα όλων ό,τι που και σε"
_DATA = "στοιχεία στοιχείων δεδομένα δεδομένων πληροφορίες πληροφοριών"
_MINE = "μένα εμένα μου"
_HAVE = "έχετε έχεις"
_KNOW = "ξέρετε ξέρεις γνωρίζετε γνωρίζεις κρατάτε κρατάς αποθηκεύετε αποθηκεύσει διατηρείτε τηρείτε"
_COPY = "αντίγραφο αντίγραφα κατεβάσω κατέβασμα λήψη εξαγωγή αρχείο"
_DELETE = (
    "διαγράψτε διέγραψέ διάγραψέ διαγράψετε διαγράψεις διαγράφετε σβήστε σβήσε σβήσετε σβήσεις ξεχάστε ξέχνα ξέχασέ "
    "ξεχάσετε ξεχάσεις"
)
_DELETION = f"{_DELETE} διαγραφή διαγραφούν διαγραφεί σβήσουν σβηστούν"
_ACCOUNT = "λογαριασμό λογαριασμού προφίλ"
_LIST = "μηνύματα μηνυμάτων ειδοποιήσεις ειδοποιήσεων ενημερώσεις λίστα λίστες sms"
_NUMBER = "με αριθμό αριθμός νούμερο κινητό τηλέφωνο τηλέφωνό διαγραφώ"
_SEND = (
    "στείλε στείλτε στείλετε στείλεις στέλνε στέλνετε στέλνεις στέλνεται ενημερώνετε ενημέρωσε ενημερώστε ειδοποιείτε "
    "ειδοποιήστε ειδοποίησε γράφετε γράφε προτιμώ προτιμάω"
)
_NOTICES = "μηνύματα μήνυμα ειδοποιήσεις ειδοποίηση ενημερώσεις ενημέρωση τα τις τη την το"
_NOTICE = "μηνύματα μήνυμα ειδοποιήσεις ειδοποίηση ενημερώσεις ενημέρωση"
_ONLY = "μόνο μονάχα αποκλειστικά"
_BY = "στο στον στη στην σε με μέσω από μου εμένα να θα όλα όλες ναι εδώ θέλω παρακαλώ"
_NOT = "μη μην δεν όχι χωρίς"
_NIGHT = "βράδυ βράδια νύχτα νύχτες νύχτας βραδινά βραδιές"
_QUIET = "ησυχία ησυχίας"
_SO_FAR = f"{_NOTICES} μου εμένα μέχρι ως τώρα παρακαλώ εδώ"
_WEEKEND = "σαββατοκύριακο σαββατοκύριακα ΣΚ σκ"
_WHEN = "ώρα ώρες το τη την τις τα στις από ως έως μέχρι και μετά πριν μου να θα σας παρακαλώ θέλω"
_SAW = (
    "είδε είδαν βλέπει βλέπουν κοίταξε κοίταξαν κοιτάζει κοιτάει άνοιξε άνοιξαν διάβασε διάβασαν έψαξε έψαξαν δει δουν "
    "κοιτάξει ανοίξει διαβάσει ψάξει"
)
_SOMEBODY = (
    "κάποιος κάποια κάποιον υπάλληλος υπάλληλο ένας μία άνθρωπος πίσω ένα στο κι αν γίνεται όταν όποτε μπορέσετε"
)
_RING = "καλέστε καλέσετε καλέσει καλέσουν τηλεφωνήστε τηλεφωνήσετε τηλεφωνήσει τηλεφωνήσουν"
_EN = (
    "please i want to would like can you could the a an of that is are all any my me on about for and tell show give "
    "then ok okay fine"
)


PHRASES: tuple[Phrase, ...] = (
    Phrase(STOP, (_DELETION + " βγάλτε βγάλε αφαιρέστε", _LIST, _NUMBER), f"{_OF} {_POLITE} μου στα στις στη"),
    Phrase(STOP, ("διαγραφώ", _LIST), f"{_OF} {_POLITE} μου"),
    Phrase(STOP, ("remove delete unsubscribe take", "list lists alerts messages notifications"), f"{_EN} from off",
           "en"),
    Phrase(MY_DATA, (f"{_HAVE} {_KNOW}", _DATA, _MINE), f"{_OF} {_POLITE}"),
    Phrase(MY_DATA, (_KNOW, "τι ποια", "μένα εμένα"), f"{_OF} {_POLITE}"),
    Phrase(MY_DATA, ("προσωπικά", _DATA, _MINE), f"{_OF} {_POLITE}"),
    Phrase(MY_DATA, ("have hold keep store know", "data information details", "me"), f"{_EN} what which do", "en"),
    Phrase(MY_DATA, ("what", "know", "me"), "do you about please", "en"),
    Phrase(MY_DATA, ("my", "data"), "show me what is please personal", "en"),
    Phrase(COPY, (_COPY, _DATA, _MINE), f"{_OF} {_POLITE}"),
    Phrase(COPY, ("copy", "everything all", "me my"), f"{_EN} you hold have keep know on d send", "en"),
    Phrase(COPY, ("copy download export", "data information"), f"{_EN} send personal", "en"),
    Phrase(DELETE, (_DELETE, "με"), f"{_POLITE} το σύστημα ολοκληρωτικά τελείως"),
    Phrase(DELETE, ("διαγραφώ",), f"{_POLITE} το σύστημα"),
    Phrase(DELETE, (_DELETION, f"{_KNOW} {_HAVE}", "μένα εμένα"), f"{_OF} {_POLITE} {_DATA} οτι όσα όσες"),
    Phrase(DELETE, (_DELETION, f"{_DATA} {_ACCOUNT}", _MINE), f"{_OF} {_POLITE} θέλω"),
    Phrase(DELETE, ("delete erase forget", "me"),
           "please completely i want you to would like and then ok okay now", "en"),
    Phrase(DELETE, ("delete erase remove wipe", "my", "data account information profile"),
           "please all of personal i want you to would like the", "en"),
    Phrase(DELETE, ("delete erase forget wipe", "know have hold keep", "me"),
           "please everything all what whatever that you about on of i want to the data", "en"),
    Phrase(SHOW, ("προτιμήσεις ρυθμίσεις",), "οι τις μου ποιες είναι έχω τι δείξτε δείξε παρακαλώ πείτε πες μου"),
    Phrase(SHOW, ("preferences settings",), "my show me what are the please", "en"),
    Phrase(SENT, ("τι ποια ποιες", "έχετε έχεις", "στείλει γράψει"), _SO_FAR),
    Phrase(SENT, ("τι ποια ποιες", "στείλατε έστειλες γράψατε στέλνατε"), _SO_FAR),
    Phrase(SENT, ("δείξτε δείξε", "ειδοποιήσεις"), "μου τις παρακαλώ που έχετε στείλει"),
    Phrase(SENT, ("what which", "sent", "me"), "have you did messages alerts notices so far to please", "en"),
    Phrase(SENT, ("my", "alerts notices notifications"), "show me please", "en"),
    Phrase(LOOKED, ("ποιος ποιοι ποιον", _SAW, f"{_DATA} υπόθεση υπόθεσή υποθέσεις φάκελο αίτηση αίτησή", _MINE),
           f"{_OF} έχει έχουν πείτε πες παρακαλώ θέλω να ξέρω μάθω στην στον"),
    Phrase(LOOKED, ("who", "looked looks saw seen viewed views read accessed opened", "data case cases file details"),
           "has have had at into my please the information", "en"),
    Phrase(PERSON, ("πάρτε πάρετε πάρει πάρουν", "τηλέφωνο", "με"), f"{_POLITE} {_SOMEBODY}"),
    Phrase(PERSON, (_RING, "με μου"), f"{_POLITE} {_SOMEBODY} τηλέφωνο"),
    Phrase(PERSON, ("τηλεφώνημα κλήση", "θέλω ζητώ ήθελα"), f"{_POLITE} {_SOMEBODY} τηλεφωνική ένα μια"),
    Phrase(PERSON, ("call phone ring", "me"), f"{_EN} back up someone somebody anyone person employee you", "en"),
    Phrase(PREFER, (_NOT, _WEEKEND), f"{_SEND} {_NOTICES} {_BY} τα", wish=("days", "working")),
    Phrase(PREFER, ("μόνο", "εργάσιμες καθημερινές"), f"{_SEND} {_NOTICES} {_BY} τις ημέρες μέρες",
           wish=("days", "working")),
    Phrase(PREFER, ("και", _WEEKEND), f"{_SEND} {_NOTICES} {_BY} τα", wish=("days", "all")),
    Phrase(PREFER, ("not no don't dont never", "weekends weekend"), f"{_EN} at on send messages alerts notices t", "en",
           ("days", "working")),
    Phrase(PREFER, ("weekends", "too also"), f"{_EN} on at send alerts and", "en", ("days", "all")),
    Phrase(PREFER, (_ONLY, "σημαντικά σημαντικές απαραίτητα απαραίτητες"), f"{_SEND} {_NOTICES} {_BY} τις τα",
           wish=("news", "needed")),
    Phrase(PREFER, ("όλες", "ειδοποιήσεις"), f"{_SEND} {_BY} τις οι", wish=("news", "all")),
    Phrase(PREFER, ("only", "important necessary"), f"{_EN} send alerts notices messages ones", "en",
           ("news", "needed")),
    Phrase(PREFER, ("all", "alerts notices"), "send me the please", "en", ("news", "all")),
    Phrase(PREFER, ("όπου οπουδήποτε", _SEND), f"{_NOTICES} {_BY} θέλετε θέλεις", wish=("channel", ANY)),
    Phrase(PREFER, ("anywhere", "send notify write"), f"{_EN} alerts notices", "en", ("channel", ANY)),
    Phrase(PREFER, ("χωρίς όχι καμία κατάργηση τέλος", _QUIET), "ώρες ώρα παρακαλώ θέλω", wish=("quiet", "none")),
    Phrase(PREFER, (_SEND, "όποτε οποτεδήποτε οποιαδήποτε"), f"{_NOTICES} {_BY} θέλετε θέλεις ώρα",
           wish=("quiet", "none")),
    Phrase(PREFER, ("no without", "quiet", "hours"), "please", "en", ("quiet", "none")),
    Phrase(PREFER, (_NOT, _NIGHT, f"{_SEND} {_NOTICE}"), f"{_NOTICES} {_WHEN} {_BY} το τη την τις", wish=("quiet", "")),
    Phrase(PREFER, (_QUIET, _NIGHT), f"{_WHEN} {_BY}", wish=("quiet", "")),
    Phrase(PREFER, ("no not don't dont never", "night nights"), f"{_EN} at send messages alerts notices t", "en",
           ("quiet", "")),
    Phrase(PREFER, (_QUIET,), f"{_WHEN} {_BY}", hours=True),
    Phrase(PREFER, (_NOT, f"{_SEND} {_NOTICE}"), f"{_NOTICES} {_WHEN} {_BY}", hours=True),
    Phrase(PREFER, ("quiet",), "hours from to until till between and please set", "en", hours=True),
    Phrase(PREFER, ("no not don't dont", "messages alerts notices send"), f"{_EN} from to until till between after t",
           "en", hours=True),
)  # fmt: skip


def _of_channel(code: str, said: LocalizedText) -> tuple[Phrase, ...]:
    """By which words one channel is preferred, alone or before the others."""
    only, first = ("channel", f"{ONLY_CODE}{code}"), ("channel", code)
    return (
        Phrase(PREFER, (_ONLY, said["el"]), f"{_SEND} {_NOTICES} {_BY}", wish=only),
        Phrase(PREFER, (said["el"], f"{_SEND} {_NOTICE}"), f"{_NOTICES} {_BY}", wish=first),
        Phrase(PREFER, ("only", said["en"]), f"{_EN} send use by via in notices alerts", "en", only),
        Phrase(PREFER, (said["en"], "prefer send use notify write"), f"{_EN} by via in alerts notices", "en", first),
    )


_WORD = re.compile(r"[^\W\d_]+")
_DIGIT = re.compile(r"\d")
_MOST_WORDS = 16
_MOST_WORDS_WITH_HOURS = 32  # «από τις 10 το βράδυ ως τις 7 το πρωί» and π.μ. in two letters


class RightsPhrases:
    """The table, with the phrases of each channel in it. The first that fits counts."""

    def __init__(self, channels: Channels) -> None:
        each = (phrase for code, words in channels.items() for phrase in _of_channel(code, words.said))
        self._phrases = (*each, *PHRASES)

    def asked(self, text: str) -> Asked | None:
        """What is asked for, or ``None``: the classifier shall say."""
        if len(_WORD.findall(text)) > _MOST_WORDS_WITH_HOURS:
            return None
        hours = hours_in(text) if _DIGIT.search(text) else None
        words = self._known(without_hours(text) if hours else text)
        if not words or (hours is None and _DIGIT.search(text)):
            return None
        for phrase in self._phrases:
            if phrase.hours == (hours is not None) and _fits(words, phrase):
                return Asked(phrase.intent, phrase.language, ("quiet", hours) if hours else _whole(phrase.wish))
        return None

    def _known(self, text: str) -> frozenset[str]:
        """Its words as keys; nothing as soon as one of them is not of this table. Most messages end at their first
        word."""
        said, known = _WORD.findall(text.lower()), set[str]()
        for word in said if len(said) <= _MOST_WORDS else ():
            if (key := fold(word)) not in self._vocabulary:
                return frozenset()
            known.add(key)
        return frozenset(known)

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        return frozenset().union(*(_keys(part) for phrase in self._phrases for part in (*phrase.needs, phrase.may)))


RIGHTS = RightsPhrases(NO_CHANNELS)
"""What can be asked for whatever channels there are."""


def _whole(wish: tuple[str, str] | None) -> tuple[str, str] | None:
    """Quiet hours without hours are the usual ones."""
    return ("quiet", "-".join(DEFAULT)) if wish == ("quiet", "") else wish


def _fits(words: frozenset[str], phrase: Phrase) -> bool:
    needs = [_keys(group) for group in phrase.needs]
    return all(words & group for group in needs) and words <= _keys(phrase.may).union(*needs)


@cache
def _keys(text: str) -> frozenset[str]:
    """Of a text of this table: folded once. A citizen's are not kept."""
    return frozenset(fold(word) for word in _WORD.findall(text.lower()))
