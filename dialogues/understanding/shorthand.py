"""Words cut short, in full: «ποτ ενσημα» is «πότε ενσημα». Pure. By words: shorthand.yml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from nlu.letters import plain
from nlu.yaml_file import read_yaml

_WORD = re.compile(r"(?<![\w@.])[^\W\d_]+(?![\w@])")
_LONGEST = 8  # letters of what is cut short
_MOST = 200  # characters of a message: who says more writes in full


def in_full(text: str) -> str:
    """The same text where nothing in it is cut short."""
    if len(text) > _MOST:
        return text
    return _WORD.sub(lambda found: _full(found[0]) if len(found[0]) <= _LONGEST else found[0], text)


def _full(word: str) -> str:
    return _words().get(plain(word).text.lower(), word)


@cache
def _words() -> Mapping[str, str]:
    words: Mapping[str, Any] = read_yaml(Path(__file__).with_name("shorthand.yml"))
    return {plain(str(cut)).text.lower(): str(full) for cut, full in words.items()}
