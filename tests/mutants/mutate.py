"""Mistakes in a module's source, by its syntax tree: each is one place, wrong."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

_TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {ast.Add: ast.Sub, ast.Sub: ast.Add}


@dataclass(frozen=True, slots=True)
class Mistake:
    """One place that is wrong: the number of its node in :func:`ast.walk` of the module, and what is done to it."""

    line: int
    node: int
    what: str


def mistakes(source: str) -> list[Mistake]:
    """All that can be made here. What only describes (annotations, decorators, docstrings) is left alone."""
    tree = ast.parse(source)
    described = _described(tree)
    return [
        Mistake(node.lineno, number, what)
        for number, node in enumerate(ast.walk(tree))
        if isinstance(node, ast.expr | ast.stmt) and number not in described
        for what in _kinds(node)
    ]


def mutated(source: str, mistake: Mistake) -> ast.Module:
    """The module with that mistake in it."""
    tree = ast.parse(source)
    target = list(ast.walk(tree))[mistake.node]
    _Replace(target, _wrong(target, mistake.what)).visit(tree)
    return ast.fix_missing_locations(tree)


def _kinds(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Compare(ops=[one]) if type(one) in _TURNED:
            yield "comparison turned"
        case ast.BoolOp():
            yield "and for or"
        case ast.UnaryOp(op=ast.Not()):
            yield "not left out"
        case ast.Constant(value=bool()):
            yield "flag flipped"
        case ast.Constant(value=int()):
            yield "off by one"
        case ast.BinOp(op=one) if type(one) in _OPERATORS and not _text(node):
            yield "plus for minus"
        case ast.If() | ast.IfExp():
            yield "branches swapped"
        case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield "nothing returned"


def _wrong(node: ast.AST, what: str) -> ast.AST:
    new = copy.deepcopy(node)
    match new:
        case ast.Compare():
            new.ops = [_TURNED[type(new.ops[0])]()]
        case ast.BoolOp():
            new.op = ast.Or() if isinstance(new.op, ast.And) else ast.And()
        case ast.UnaryOp():
            return new.operand
        case ast.Constant(value=bool(flag)):
            new.value = not flag
        case ast.Constant(value=int(number)):
            new.value = number + 1
        case ast.BinOp():
            new.op = _OPERATORS[type(new.op)]()
        case ast.If() | ast.IfExp():
            new.test = ast.UnaryOp(op=ast.Not(), operand=new.test)
        case ast.Return():
            new.value = ast.Constant(value=None)
        case _:
            raise ValueError(what)
    return new


def _text(node: ast.BinOp) -> bool:
    return any(isinstance(side, ast.JoinedStr) or _is_text(side) for side in (node.left, node.right))


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _described(tree: ast.Module) -> set[int]:
    """The numbers of nodes that change nothing that can be observed, or only how things are declared."""
    inert: list[ast.AST] = []
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                inert += [*node.decorator_list, *filter(None, [node.returns])]
            case ast.ClassDef():
                inert += node.decorator_list
            case ast.AnnAssign() | ast.arg():
                inert += filter(None, [node.annotation])
            case ast.Raise() | ast.keyword(arg="strict" | "repr"):
                inert.append(node)
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                inert.append(node)
    left = {id(one) for root in inert for one in ast.walk(root)}
    return {number for number, node in enumerate(ast.walk(tree)) if id(node) in left}


class _Replace(ast.NodeTransformer):
    def __init__(self, target: ast.AST, new: ast.AST) -> None:
        self._target = target
        self._new = new

    def visit(self, node: ast.AST) -> ast.AST:
        return self._new if node is self._target else self.generic_visit(node)
