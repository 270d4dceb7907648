"""Sizes: no module above 300 lines; functions above 40 are named for a look. ``python -m tests.guards.sizes``"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "nlu", "dialogues", "connectors", "casestore")
MOST_LINES = 300
LONG_FUNCTION = 40


def modules(*folders: str) -> list[Path]:
    """The Python modules of these folders. Migrations are history: they are as long as they were."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def too_long(paths: list[Path]) -> Iterator[str]:
    for path in paths:
        lines, name = len(path.read_text(encoding="utf-8").splitlines()), str(path.relative_to(ROOT))
        if lines > MOST_LINES:
            yield f"{name}: {lines} lines"


def long_functions(paths: list[Path]) -> Iterator[str]:
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _lines(node) > LONG_FUNCTION:
                yield f"{path.relative_to(ROOT)}:{node.lineno}: {node.name} has {_lines(node)} lines"


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Of the body, without the signature: a constructor may name many parts."""
    return (node.end_lineno or node.lineno) - node.body[0].lineno + 1


def main() -> int:
    """The exit code: 1 when a module is too long."""
    for function in long_functions(modules(*PACKAGES)):
        sys.stdout.write(f"long function  {function}\n")
    wrong = list(too_long(modules(*PACKAGES, "tests")))
    for module in wrong:
        sys.stdout.write(f"too long       {module}, at most {MOST_LINES}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
