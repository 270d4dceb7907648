"""The shapes of references and identifiers: patterns, and how certain each is. ``nlu.references`` reads by them.

A pattern is matched on a copy of the text in capitals without marks whose look-alike letters are Greek, so ``[C-WΑ-Ω]``
is every letter: the Latin ones that have no Greek look-alike, and the Greek ones. Repetitions are bounded: no message,
however made, takes more than linear time.
"""

from __future__ import annotations

import re

from nlu.letters import greek_codes


def _pattern(source: str) -> re.Pattern[str]:
    """A pattern whose look-alike capitals are Greek as the copy's are (but not the P of ``(?P``)."""
    return re.compile(greek_codes(source).replace("(?Ρ", "(?P"))


_ANY = r"\dC-WΑ-Ω"
_TAIL = r"\w{0,12}"  # the rest of a word
_REST = r"[^\W\d]{0,12}"  # the same without digits: a number follows
_YEAR = r"(?P<year>(?:19|20)\d\d)"

# Case references: a prefix in either script, the year, the number; or the number first. Letters may stand for 0 and 1.
_PREFIX = (
    rf"(?<![{_ANY}])(?<![C-WΑ-Ω][\-/])"
    r"(?P<prefix>Α[. ]{0,2}[ΔD]|Ε[. ]{0,2}[ΦF]|Κ[. ]{0,2}[ΤΕ]|[ΠΡ][. ]{0,2}[ΠΡ])[ \-./_,:#|\\]{0,3}"
)
_SLIP = r"[\dΟΙL]"  # a digit, or the letter typed for it
_CASE_YEAR = rf"(?P<year>2[0Ο]{_SLIP}{{2}})"
_COUNT = rf"(?P<count>\d{{3}} \d{{3}}(?!\d)|(?={_SLIP}{{0,5}}\d){_SLIP}{{1,6}}(?![{_ANY}])|[\dΟ]{{0,5}}\d(?!\d))"
CASE_START = _pattern(rf"{_PREFIX}\d")
CASES = (
    (_pattern(rf"{_PREFIX}{_CASE_YEAR}(?:[ \-./_,:#|\\]{{1,3}}{_COUNT}|(?P<joined>{_SLIP}{{6}})(?!{_SLIP}))"), 1.0),
    (_pattern(rf"{_PREFIX}(?P<count>\d{{1,6}})(?: ?[/\-] ?| ΤΟΥ | TOU | OF ){_CASE_YEAR}(?!\d)"), 1.0),
    (_pattern(rf"{_PREFIX}(?P<year>[2-3]\d)[/\-](?P<count>\d{{3,6}})(?!\d)"), 0.8),
    (_pattern(rf"{_PREFIX}(?P<count>\d{{3,6}})/(?P<year>[2-3]\d)(?!\d)"), 0.8),
)

# Written as a case's number, of a service or a length that there is not.
_BEGIN = rf"(?<![{_ANY}])(?<![C-WΑ-Ω][\-/])"
_SMALL_WORD = "ΤΟ|ΤΗ|ΤΑ|ΟΙ|ΣΕ|ΜΕ|ΝΑ|ΩΣ|IS|IN|NO|OF|ON"
UNKNOWN_CASES = (
    _pattern(
        rf"{_BEGIN}(?!ΦΕΚ|ΚΥΑ)(?P<prefix>[C-WΑ-Ω]{{2,3}}) ?- ?{_YEAR} ?[\-/] ?(?P<count>\d{{1,10}})(?!\d|-[C-WΑ-Ω])"
    ),
    _pattern(rf"{_BEGIN}(?!{_SMALL_WORD})(?P<prefix>[C-WΑ-Ω]{{2}}) ?{_YEAR} ?(?P<count>0\d{{5}})(?!\d)"),
)

# Protocol numbers: no single form (docs/greek.md); what they share is a number and a year.
_DATED = r"(?:\d{1,2}[\-./]\d{1,2}[\-./])?"
_ALONE = r"(?<![\d/.\-])"
_CHAIN = rf"(?<![{_ANY}/\-])[C-WΑ-Ω][{_ANY}.]{{0,15}}(?:[/\-][{_ANY}.]{{1,15}}){{0,6}}?"
_PROTOCOL_CUE = (
    rf"(?:ΠΡ[ΩΟ]Τ[ΟΩ]?Κ[ΟΩ]Λ{_REST}+|PR[OW]T[OW]?[KC][OW]L{_REST}+|Α[ΡR]{_TAIL}\.? ?ΠΡ[ΩΟ]?Τ?\.?|"
    rf"AR{_TAIL}\.? ?PR[OW]?T?\.?|(?<!\w)ΠΡ[ΩΟ]Τ\.?|(?<!\w)PR[OW]T\.?|(?<!\w)Α\.? ?[ΠΡ]\.)"
)
# Possessive, the longer words first: there is one way to read it, so none is tried twice.
_PROTOCOL_FILL = (
    rf"(?:ΕΙΝΑΙ|INE|ΤΟ|IS|NUMBER|NO|ΑΡΙΘΜ{_REST}|ARI(?:TH|8)M{_REST}|ΜΟΥ|MOU|ΜΕ|ΔΗΜΟΥ|[ :.#Νº°]){{0,9}}+"
    rf"(?<![{_ANY}])"
)
_PROTOCOL_YEAR = rf"(?:(?: ?[/\-] ?|(?: ΤΟΥ | TOU | OF | ΕΞ )){_DATED}{_YEAR}|/(?P<short>[2-3]\d))?(?![\d/])"
PROTOCOLS = (  # what the text must hold for the pattern to be tried at all, the pattern, how certain it is
    ("/", _pattern(rf"{_CHAIN}/(?P<count>\d{{2,7}})(?:/[C-WΑ-Ω]\d{{1,4}})?/(?:{_DATED}{_YEAR})(?!\d)"), 0.96),
    ("/", _pattern(rf"{_ALONE}(?P<count>\d{{1,7}}) ?/ ?\d{{1,2}}[\-./]\d{{1,2}}[\-./]{_YEAR}(?!\d)"), 0.96),
    ("ΕΙΞΧ", _pattern(rf"{_ALONE}(?P<count>\d{{2,7}}) ?(?:ΕΞ|EX|ΕΙΣ|EIS|Ε\.Ξ\.) ?{_YEAR}(?!\d)"), 0.96),
    ("ΠΡ", _pattern(rf"{_PROTOCOL_CUE}{_PROTOCOL_FILL}(?P<count>\d{{2,9}}){_PROTOCOL_YEAR}"), 0.98),
    ("/", _pattern(rf"{_ALONE}(?P<count>\d{{3,7}}) ?/ ?{_YEAR}(?![\d/])"), 0.85),
    ("/-", _pattern(rf"{_ALONE}{_YEAR}[\-/](?P<count>\d{{3,7}})(?![\d/\-])"), 0.6),
)
LAW_BEFORE = _pattern(
    rf"(?:ΝΟΜ{_TAIL}|(?<!\w)Ν\.?|ΦΕΚ{_TAIL}|Π\.?Δ\.?|ΚΥΑ|ΑΡΘΡ{_TAIL}|LAW)[ .]{{0,3}}$"
)  # ν. 4495/2017

_END = r"(?![\d/]|[.\-]\d)"
DATES = (
    (_pattern(rf"{_ALONE}(?P<d>\d{{1,2}})(?P<s> ?[/.\-] ?)(?P<m>\d{{1,2}})(?P=s)(?P<y>\d{{4}}|\d{{2}}){_END}"), 0.95),
    (_pattern(rf"{_ALONE}(?P<y>(?:19|20)\d\d)(?P<s>[/.\-])(?P<m>\d{{1,2}})(?P=s)(?P<d>\d{{1,2}}){_END}"), 0.95),
    (_pattern(rf"(?<![\d/.\-] ){_ALONE}(?P<d>\d{{1,2}}) (?P<m>\d{{1,2}}) (?P<y>(?:19|20)\d\d)(?! ?\d)"), 0.7),
)

PERSONAL = _pattern(rf"(?<![{_ANY}])(?P<head>[{_ANY}]{{3}})[ \-]?(?P<afm>\d{{9}}|\d{{3}} \d{{3}} \d{{3}})(?!\d)")
NINE_DIGITS = re.compile(r"\d{3} ?\d{3} ?\d{3}")
ADA = _pattern(  # one digit and two letters at least before the dash
    rf"(?<![{_ANY}\-/])(?=[C-WΑ-Ω]{{0,9}}\d)(?=\d{{0,9}}[C-WΑ-Ω]\d{{0,9}}[C-WΑ-Ω])[{_ANY}]{{4,10}}-[{_ANY}]{{1,3}}(?![{_ANY}\-/])"
)
IBAN = _pattern(rf"(?<![{_ANY}])GR\d\d(?: ?\d{{4}}){{5}} ?\d{{3}}(?!\d)")
URL = re.compile(r"(?:https?://|www\.)[^\s<>\"]+", re.IGNORECASE)
MAIL = re.compile(r"(?<![\w.+\-])[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")

CLUSTER = re.compile(r"(?<![\d/])\d+(?:[ .\-]\d+)*")
PHONE_BEGINNINGS = frozenset({"21", "22", "23", "24", "25", "26", "27", "28", "69"})
KAEK_TAIL = re.compile(r"(?: ?/ ?\d{1,4}){1,2}(?![\d/])")
KAEK_GROUPS = frozenset({
    (2, 3, 2, 2, 3), (2, 3, 2, 2, 3, 2, 2), (2, 3, 2, 2, 3, 2, 2, 2), (3, 3, 3, 3), (2, 3, 7), (5, 7), (5, 2, 2, 3),
    (4, 4, 4),
})  # fmt: skip
AFM_GROUPS = frozenset({(3, 3, 3), (2, 3, 4), (4, 5), (3, 6), (2, 2, 2, 3), (5, 4), (3, 2, 2, 2)})
CODE_GROUPS = frozenset({(6,), (3, 3), (2, 2, 2)})
AMOUNT_AFTER = _pattern(r" ?(?:€|ΕΥΡ|EUR|ΤΜ|Τ\.Μ|ΤΕΤΡ|TETR|SQ|%)")
AFM_SIGN_BEFORE = _pattern(r"(?:EL|GR|ΕΛ|ΓΡ)[ \-]?$")

_FILL = (
    rf"(?:\W|ΕΙΝΑΙ|EINE|INE|ΤΟ|IS|ΜΟΥ|MOU|MY|NUMBER|ΑΡΙΘΜ{_TAIL}|ΑΡ|NO|ΣΑΣ|ΠΟΥ|ΑΥΤΟ{_TAIL}|ΗΡΘΕ|ΕΧΩ|EXW|EXO|"
    r"GIA|ΓΙΑ|Ο|Η){0,24}+$"
)
CUE_BEFORE = {
    "afm": _pattern(rf"(?<!\w)(?:Α\.? ?Φ\.? ?Μ\.?|A\.?F\.?M\.?|VAT|TIN|TAX{_TAIL})(?: ?ID)?{_FILL}"),
    "amka": _pattern(rf"(?<!\w)(?:Α\.?Μ\.?Κ\.?Α\.?)(?!\w){_FILL}"),
    "kaek": _pattern(rf"(?<!\w)(?:Κ\.?Α\.?Ε\.?Κ\.?)(?!\w){_FILL}"),
    "personal_number": _pattern(
        rf"(?:ΠΡΟΣ[ΩΟ]ΠΙΚ{_TAIL}|PROS[OW]PIK{_TAIL}|PERSONAL{_TAIL}|(?<!\w)Π\.?Α\.?(?!\w)){_FILL}"
    ),
}
CUE_REACH = 40  # characters before a number in which its name is looked for
CODE_CUE = _pattern(
    r"Κ[ΩΟ]Δ[ΙΗ]Κ|K[OW]D[IH]K|(?<!\w)(?:ΚΩΔ|ΚΟΔ|KWD|KOD|CODE|OTP|PIN|SMS)(?!\w)|PASSWORD|PASSCODE|ΜΗΝΥΜΑ|MHN[YU]MA|MIN[YI]MA"
)
WORD_AND_GAP = re.compile(r"(?<![^\W\d_])[^\W\d_]{2,}\W")
TWO_LETTERS = re.compile(r"[^\W\d_]{2}")
