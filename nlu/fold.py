"""One phonetic key for Greek in every script: «αίτησή», ``ΑΙΤΗΣΗ``, ``aithsh`` and ``etisi`` are all ``etisi``.

A key is made of words of ``a``-``z``, placeholders (``__ref__``, ``__afm__``, ``__num__`` ...) and symbols (emoji), one
space between. The letters of a key are read by the same rules as Latin letters typed by a citizen, and come out as they
went in; so folding twice is folding once. docs/greek.md explains every choice.
"""

from __future__ import annotations

import re
import unicodedata

from nlu.letters import Table, as_letters, base, one_script
from nlu.memory import LONGEST_WORD, remembered
from nlu.references import mask

_PLACEHOLDER = re.compile(r"__[a-z]+__")
_RUN = re.compile(r"[a-zα-ω]+|\d+|(?:(?![a-zα-ω])[^\W\d_])+|[^\w\s]|_+")
_ORDINAL = re.compile(r"\d+(?:[οηα]ς?|ου|ης|ον|ες|h|hs|o|os|ou|i|is|on|th|rd|nd|st|am|pm|πμ|μμ|pm|mm)$")
_NUMBER = "__num__"

Rules = tuple[tuple[re.Pattern[str], str], ...]


def _rules(*pairs: tuple[str, str]) -> Rules:
    return tuple((re.compile(pattern), key) for pattern, key in pairs)


# Two letters for one sound come before single letters; «ου» first, since «αου» is α+ου and «ουι» is ου+ι.
_GREEK_PAIRS = (
    ("ου", "ou"), ("αυ", "af"), ("ευ", "ef"), ("ηυ", "if"), ("αι", "e"), ("ει", "i"), ("οι", "i"), ("υι", "i"),
    ("γκ", "g"), ("γγ", "g"), ("μπ", "mp"), ("ντ", "d"),
)  # fmt: skip
_GREEK = str.maketrans(
    dict(zip("αβγδεζηικλμνορσςτυφω", "afgdeziiklmnorsstifo", strict=True))
    | {"θ": "q", "ξ": "x", "π": "p", "χ": "x", "ψ": "ps"}
)
_DIGITS = str.maketrans({"8": "q", "9": "q", "3": "x"})

_VOWEL = "aeiouyw"

# Beginnings of this field's words that the general rules below would read otherwise.
_STEMS = _rules(
    (r"^b(?=or(?:[ow]|ei|i|e|ou|u)(?!i))", "mp"),  # μπορώ, not βόρειος
    (
        r"^b(?=(?:[hi]ka|[hi]ke|ain|eno|enw|es$|ravo|rost|lok|erd|amp|(?:ei|eis|o|w|oun?|un)$))",
        "mp",
    ),  # μπήκα, μπαίνω, μπράβο, μπλοκ, μπερδεύω
    (r"^dul", "doul"),  # δουλειά
    (
        r"^(pol|brad|vrad|tax|ox|bar|var|makr|elafr|es|meta(?:x|ks)|is(?:x|h|ch))u(s?)$",
        r"\1i\2",
    ),  # πολύ, βράδυ, εσύ, μεταξύ
)

_STEM_LETTERS = frozenset("bdeimoptv")

# `th` is θ before a vowel; before l, m, n, r it is θ in these words and τη in all others (κτήμα, τηλέφωνο, τήρηση).
_TH = _rules(
    (r"th(?=h)", "q"),
    (rf"th(?=[{_VOWEL}])", "q"),
    (
        r"(?<=[rk]i)th(?=m)|(?<=[rk]u)th(?=m)|(?<=[rk]y)th(?=m)|(?<=[tbvk]a)th(?=m)",
        "q",
    ),  # αριθμός, ρυθμός, σταθμός, βαθμός
    (r"(?<=[aei])th(?=n)", "q"),  # έθνος, διεθνής
    (
        r"(?<=[an]n)th(?=r)|(?<=ar)th(?=r)|(?<=e)th(?=r)|(?<=[uyi])th(?=r[oa])|^th(?=r[hi]sk|r[aeiuy]|ro[nf])|(?<=[ce]h)th(?=r)|(?<=ex)th(?=r)|(?<=ka)th(?=re)|(?<=[vb]a)th(?=r[oa])|(?<=^a)th(?=ro)",
        "q",
    ),
    (r"(?<=a)th(?=l)|(?<=ne)th(?=l)|^th(?=li)", "q"),  # αθλητής, θλίψη
    (r"th", "ti"),
)

# `h` is χ before a vowel, η elsewhere, except where χ meets these consonants.
_H = _rules(
    (r"ch", "x"),
    (r"h(?=h$)", "x"),  # αρχή
    (r"^([ao])h$", r"\1x"),
    (rf"ph(?=[{_VOWEL}])", "f"),
    (rf"kh(?=[{_VOWEL}])", "x"),
    (rf"^gh(?=[{_VOWEL}])", "g"),
    (rf"(?<=[aeiouy])gh(?=[{_VOWEL}r])", "gx"),  # έλεγχος, συγχαρητήρια
    (rf"dh(?=[{_VOWEL}])", "d"),
    (r"^h(?=r(?!em|ak|wd|od|wi|oi|q))", "x"),  # χρόνος, not ηρεμία, Ηράκλειο, Ηρώδειο, ηρωικός, ήρθε
    (r"^h(?=t(?:iz|is|es|[iuy]p|im|en)|qes)", "x"),  # χτίζω, χτες, not ήταν
    (r"(?<!^pro)(?<=[aeoiuy])h(?=[nlr])", "x"),  # τεχνικός, συχνά, αχρησιμοποίητο
    (
        r"(?<=[ae])h(?=t)|(?<=[ea])h(?=q)|(?<=[^op]i)h(?=q)|(?<=^pro)h(?=q)|(?<=^o)h(?=t)|(?<=[nd][iuy])h(?=t[aeowi])|(?<=dei|noi)h(?=t)",
        "x",
    ),  # εχθές, νύχτα, ανοιχτά
    (rf"h(?=[{_VOWEL}])", "x"),
    (r"h", "i"),
)

# `u` and `y` are υ, and ου at the end of a word («mu», «tus», «exun», «kanume») and after `o`.
_U = _rules(
    (r"o[uy]", "o\0"),
    (r"(?<=[ae])u(?=[sn]?$)", "o\0"),  # νέου, λαού: no word ends in ευ, αυ
    (r"a[uy]", "af"),
    (r"e[uy]", "ef"),
    (r"(?<!xr)u(?=(?:[snm]|[mn]e|n?[td]e|n?[td]ai|nai|mai|s(?:[ae]|an|es|ame|ate))?$)", "o\0"),
    (r"(?<=i)u|(?<!f)u(?=si[ao])|(?<!^p)u(?=rg)|(?<=[aei]n)u(?=ri)", "o\0"),  # υπουργείο, πληρεξούσιο, καινούριο
    (
        r"(?<=ak)u(?=[oesig])|(?<=akol)u|(?<=ig)u(?=m)|(?<=sig)u(?=r)|(?<=[iy]m[vb])u(?=l)|^(?<=v)u(?=l)|(?<=n)u(?=mer|ari)",
        "o\0",
    ),  # ακούω, συμβουλή
    (
        r"(?<=r)u(?=ari)|(?<=ug|fg)u(?=st)|^u(?=ra)|(?<=^k)u(?=t)|(?<=sp)u(?=d)",
        "o\0",
    ),  # Φεβρουάριος, Αύγουστος, ουρά, κουτί, σπουδές
    (r"^y(?=[aeo])", "gi"),  # ya, yia: για, γεια
    (r"[uy]", "i"),
    (r"\0", "u"),
)
_LATIN = str.maketrans({"w": "o", "v": "f", "b": "f", "c": "k", "j": "x"})

# What sounds alike is written alike, until nothing changes.
_ALIKE = re.compile(r"ks|gk|n[gxtd]|ai|[oe]i|^proup|(.)\1")
_SAME = _rules(
    (r"ks", "x"),
    (r"n?gk|ng", "g"),
    (r"n(?=x)", "g"),
    (r"n[td]", "d"),
    (r"ai", "e"),
    (r"[oe]i", "i"),
    (r"^proup", "prip"),  # προϋπηρεσία, προϋπόθεση: the mark that parts ο and υ is rarely typed
    (r"(.)\1+", r"\1"),
)
_LATIN_ONLY = re.compile(r"[bchjuvwy]")

SHORTHAND = {
    "k": "ke", "m": "mou", "s": "sou", "t": "tou", "p": "pou", "n": "na", "g": "gia", "q": "qa", "dn": "den",
    "tn": "tin",
    "ts": "tis", "tr": "tora", "gt": "giati", "gti": "giati", "tpt": "tipota", "dld": "diladi", "klm": "kalimera",
    "klmr": "kalimera", "klsp": "kalispera", "klnxt": "kalinixta", "efx": "efxaristo", "efxr": "efxaristo",
    "tlf": "tilefono", "til": "tilefono", "smr": "simera", "prkl": "parakalo", "prk": "parakalo", "sgn": "signomi",
    "mpr": "mporo", "in": "ine", "eim": "ime", "lp": "lipon", "tespa": "telospadon", "mip": "mipos", "mlk": "malaka",
    "fa": "mpa",
}  # fmt: skip
"""Keys of words as they stand in an SMS, to the keys of the words they stand for."""


def fold(text: str) -> str:
    """The key of a whole message; empty when it holds no word. Pure, and ``fold(fold(t)) == fold(t)``.

    References and identifiers become placeholders named after their kind (``nlu.references``); any other number
    becomes ``__num__``. Letters of other scripts stay as they are, in lower case.
    """
    words: list[str] = []
    for token in _lower(mask(_ENGLISH_ELISION.sub("", as_letters(text)))).split():
        words.extend(_token_keys(token))
    return " ".join(words)


def fold_word(word: str) -> str:
    """The key of one word in letters only, without spaces; shorthand is left as it stands."""
    runs = _split("".join(_lower(word).split()))
    return "".join(_letters_key(run) for run in runs if run[0] != "_" and not run.isdigit())


def _lower(text: str) -> str:
    """Small letters without marks, one script a word. English ``qu`` is k; any other ``q`` is a way to type θ."""
    return one_script(text).translate(_FOLDED).replace("qu", "k")


@remembered(1 << 15)
def _token_keys(token: str) -> tuple[str, ...]:
    if _PLACEHOLDER.fullmatch(token):
        return (token,)
    if (token.isalpha() and token.isascii()) or _GREEK_WORD.fullmatch(token):
        key = _letters_key(token)
        return (SHORTHAND.get(key, key),) if key else ()
    return tuple(SHORTHAND.get(key, key) for key in map(_run_key, _split(token)) if key)


_GREEK_WORD = re.compile("[α-ω]+")


def _split(token: str) -> list[str]:
    """Runs of letters, numbers and symbols. A lone 8, 9 or 3 among letters is one (8elw, 3erw), an ordinal is not."""
    if _ORDINAL.fullmatch(token):
        return _RUN.findall(token)
    return _RUN.findall(
        re.sub(r"(?<!\d)[893](?=[a-zα-ω])|(?<=[a-zα-ω])[893](?!\d)", lambda m: m[0].translate(_DIGITS), token)
    )


def _run_key(run: str) -> str:
    return _NUMBER if run.isdigit() else "" if run[0] == "_" else _letters_key(run)


def _letters_key(word: str) -> str:
    """Greek letters to the key, then Latin ones by the rules, until nothing changes.

    Of what is too long for a word only its beginning is read, and no key is longer than a word.
    """
    word = word[:LONGEST_WORD]
    if not word.isascii():
        for pair, key in _GREEK_PAIRS:
            word = word.replace(pair, key)
        word = word.translate(_GREEK)
    while True:
        folded = _latin(word) if _LATIN_ONLY.search(word) else word
        if _ALIKE.search(folded):
            folded = _apply(_SAME, folded)
        if folded == word:
            return word[:LONGEST_WORD]
        word = folded


def _latin(word: str) -> str:
    if word[0] in _STEM_LETTERS:
        word = _apply(_STEMS, word)
    if "h" in word:
        word = _apply(_H, _apply(_TH, word) if "th" in word else word)
    if "u" in word or "y" in word:
        word = _apply(_U, word)
    return word.translate(_LATIN)


def _apply(rules: Rules, word: str) -> str:
    for pattern, key in rules:
        word = pattern.sub(key, word)
    return word


_MOST_LETTERS = 3  # of one sign: «ﬃ»; Arabic has one of eighteen


def _folded(char: str) -> str:
    """What a key is made from: lower case without marks; punctuation parts words, symbols stand alone."""
    letters = base(char).lower()
    return "".join(map(_kept, letters if len(letters) <= _MOST_LETTERS else char))


def _kept(char: str) -> str:
    if char.isalnum() or char == "_":
        return "σ" if char == "ς" else char
    return f" {char} " if unicodedata.category(char) == "So" else " "


_FOLDED = Table(_folded)
_ENGLISH_ELISION = re.compile(r"(?<=[A-Za-z])['’](?=(?:t|s|m|d|re|ve|ll)\b)")  # don't is one word, σ' αγαπώ two
