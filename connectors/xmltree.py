"""XML as registries speak it: a small tree, read without trusting the sender and written without surprises.

No document type, so no entities and nothing fetched; a limited depth; names without their prefixes. The standard
library's expat does the reading: what makes XML dangerous is refused before it is acted upon.
"""

from __future__ import annotations

import codecs
import re
import xml.parsers.expat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape

_DEPTH = 64
_MOST_ELEMENTS = 200_000  # a page of changes has a tenth of it
_BUFFER = 1 << 20  # bytes of text handed over at once: a document in base64 is one long text
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2


class BadXml(ValueError):
    """Not well formed, too deep, too many elements, or a document type. The text never quotes the document."""


_BYTE_ORDER_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(slots=True)
class Node:
    """An element. ``namespace`` is empty where there is none; attributes are by local name."""

    name: str
    namespace: str = ""
    attributes: dict[str, str] = field(default_factory=dict, repr=False)
    text: str = field(default="", repr=False)
    children: list[Node] = field(default_factory=list, repr=False)

    def child(self, name: str, namespace: str | None = None) -> Node | None:
        """The first child of this name; of any namespace unless one is given."""
        return next(self._named(name, namespace), None)

    def _named(self, name: str, namespace: str | None) -> Iterator[Node]:
        return (one for one in self.children if one.name == name and namespace in (None, one.namespace))


def read(document: bytes, charset: str | None = None) -> Node:
    """The root element. ``charset``: what the answer's header says of the encoding, which goes before what the document
    says itself (RFC 7303). Raises :class:`BadXml`, and nothing else, whatever the bytes."""
    builder = _Builder()
    told = None if charset is None or document.startswith(_BYTE_ORDER_MARKS) else charset
    try:
        parser = xml.parsers.expat.ParserCreate(told, namespace_separator=" ")
    except ValueError:
        raise BadXml("encoding") from None
    parser.buffer_text = True
    parser.buffer_size = _BUFFER
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = builder.refuse
    try:
        parser.Parse(document, True)
    except (xml.parsers.expat.ExpatError, LookupError, UnicodeError, ValueError):
        raise BadXml("not well formed") from None  # the cause may hold the document
    return builder.root


class _Builder:
    def __init__(self) -> None:
        self.root = Node("")  # until it comes; a document without one is not well formed
        self._open: list[Node] = []
        self._texts: list[list[str]] = []  # of the open elements, in the pieces that stand between their children
        self._elements = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        node = Node(local, namespace, {key.rpartition(" ")[2]: value for key, value in attributes.items()})
        if len(self._open) >= _DEPTH:
            raise BadXml("too deep")
        self._elements += 1
        if self._elements > _MOST_ELEMENTS:
            raise BadXml("too many elements")
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)
        self._texts.append([])

    def end(self, _: str) -> None:
        self._open.pop().text = "".join(self._texts.pop())

    def text(self, text: str) -> None:
        self._texts[-1].append(text)

    def refuse(self, *_: object) -> None:
        raise BadXml("document type")


def text(value: str) -> str:
    """Element content or an attribute's value. Characters that XML cannot carry become U+FFFD."""
    return escape(_NOT_XML.sub("\ufffd", value)).replace("\r", "&#13;")
