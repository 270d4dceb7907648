"""What a message says that it does not mean: «όχι για το κτηματολόγιο, για τον ΕΦΚΑ», «not the house»."""

from __future__ import annotations

import re

_NOT = re.compile(
    r"(?<!\w)(?:όχι|οχι|ΟΧΙ|ΌΧΙ|[oό0][xχ][iι]|ochi|not)\s+(?:(?:για|γιά|γι|gia|for|about)\s+)?"
    r"(?:το|τη|την|τον|τα|τις|της|του|τους|στο|στη|στην|στον|to|ti|tin|thn|ton|ta|tis|sto|sti|sthn|stin|the|my)(?!\w)",
    re.IGNORECASE,
)
"""A no and at once an article: «όχι, το κτηματολόγιο» corrects and denies nothing."""
_END = re.compile(
    r"[,.;!?·\n\u037e]|(?<!\w)(?:για|γιά|gia|for|about|αλλά|αλλα|alla|μα|but|μόνο|μονο|only)(?!\w)", re.IGNORECASE
)


def parted(text: str) -> tuple[str, str]:
    """What is meant, and what is denied beside it; where nothing but a denial is said, that is what is meant."""
    span = denied_span(text)
    if span is None:
        return text, ""
    kept = f"{text[: span[0]]} , {text[span[1] :]}"
    return (kept, text[slice(*span)]) if re.search(r"\w", kept) else (text, "")


def denied_span(text: str) -> tuple[int, int] | None:
    """Where the denial begins and ends; ``None`` where nothing is denied."""
    start = _NOT.search(text)
    if start is None:
        return None
    end = _END.search(text, start.end())
    return start.start(), end.start() if end else len(text)
