"""Where references in docstrings lead (a role and a name in backticks), read from the source: nothing is imported."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.guards.sizes import ROOT, tree_of

_REFERENCE = re.compile(r":(?:class|func|data|meth|mod|attr|exc):`([\w.]+)`")


def broken(path: Path) -> Iterator[str]:
    """The references in this module that lead nowhere, with their lines."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        for name in _REFERENCE.findall(line):
            if not (resolves(name) or _inside(_words(tree_of(path)), name.split("."))):
                yield f"{path.relative_to(ROOT)}:{number}: {name}"


def resolves(name: str) -> bool:
    """Is this a module of the project, or the full name of something in one?"""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        module = ROOT.joinpath(*parts[:length])
        for path in (module.with_suffix(".py"), module / "__init__.py"):
            if path.exists():
                return length == len(parts) or _inside(_words(tree_of(path)), parts[length:])
    return hasattr(builtins, name)


def _inside(words: dict[str, ast.AST], parts: list[str]) -> bool:
    found = words.get(parts[0])
    if found is None:
        return False
    if isinstance(found, ast.ImportFrom) and found.module and (ROOT / found.module.split(".")[0]).is_dir():
        real = {alias.asname or alias.name: alias.name for alias in found.names}[parts[0]]
        return resolves(".".join([found.module, real, *parts[1:]]))
    if len(parts) == 1 or _inside(_words(found), parts[1:]):
        return True
    bases = found.bases if isinstance(found, ast.ClassDef) else []
    names = [base.value if isinstance(base, ast.Subscript) else base for base in bases]
    return any(_inside(words, [name.id, *parts[1:]]) for name in names if isinstance(name, ast.Name))


@cache
def _words(within: ast.AST) -> dict[str, ast.AST]:
    """What is given a name in it: imported, defined, or assigned, also to ``self``."""
    words: dict[str, ast.AST] = {}
    for node in ast.walk(within):
        match node:
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                words |= {alias.asname or alias.name: node for alias in names}
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                words[name] = node
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                words.setdefault(name, node)
    return words
