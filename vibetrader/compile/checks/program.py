"""A parsed program as the checks see it: its algorithm class, its assignments, and the LEAN type of an expression."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal, NamedTuple

from vibetrader.compile.leanindex import LeanIndex, Member, lean_index
from vibetrader.results.findings import ErrorClass, Finding

#: The `repair` of a finding that keeps a program from being run at all.
FORBIDDEN: Final = "forbidden"
#: What a check calls a method that can only call itself.
ENDLESS: Final = "the method calls itself without end"


class Edit(NamedTuple):
    """Replace a span of the source (character offsets) by a text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """A finding and, where a rule can mend it, the edits that do."""

    finding: Finding
    edits: tuple[Edit, ...] = ()


_ELEMENT: Final = {
    "TradeBars": "TradeBar",
    "QuoteBars": "QuoteBar",
    "Ticks": "list",
    "SecurityManager": "Security",
    "SecurityPortfolioManager": "SecurityHolding",
    "CashBook": "Cash",
    "Dividends": "Dividend",
    "Splits": "Split",
    "Delistings": "Delisting",
}
_SECURITY_OF: Final = {
    "Crypto": "crypto", "Equity": "equity", "Forex": "forex", "Cfd": "cfd", "CryptoFuture": "cryptofuture",
}  # fmt: skip


@dataclass
class Program:
    """A program that Python can read."""

    source: str
    tree: ast.Module
    index: LeanIndex = field(default_factory=lean_index)

    @cached_property
    def lines(self) -> list[str]:
        """The source by lines."""
        return self.source.splitlines()

    @cached_property
    def _offsets(self) -> list[int]:
        offsets = [0]
        for line in self.source.splitlines(keepends=True):
            offsets.append(offsets[-1] + len(line))
        return offsets

    def offset(self, line: int, column: int) -> int:
        """Character offset of a 1-based line and the byte column that `ast` gives."""
        start = self._offsets[line - 1]
        text = self.source[start : self._offsets[line]] if line < len(self._offsets) else ""
        return start + len(text.encode()[:column].decode(errors="ignore"))

    def span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        """Character offsets of a node."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        return self.offset(node.lineno, node.col_offset), self.offset(node.end_lineno, node.end_col_offset)

    def replace(self, node: ast.expr | ast.stmt | ast.keyword, text: str) -> Edit:
        """An edit that writes another text for a node."""
        return Edit(*self.span(node), text)

    def drop_lines(self, node: ast.stmt) -> Edit:
        """An edit that takes a statement's lines away; `pass` stays where a block would be empty."""
        end_line = node.end_lineno or node.lineno
        start, end = self._offsets[node.lineno - 1], self._offsets[min(end_line, len(self.lines))]
        alone = any(body == [node] for body in self._bodies())
        return Edit(start, end, " " * node.col_offset + "pass\n" if alone else "")

    def insert_before(self, line: int, text: str) -> Edit:
        """An edit that puts a text before a 1-based line."""
        at = self._offsets[min(line, len(self._offsets)) - 1]
        return Edit(at, at, text)

    def _bodies(self) -> Iterator[list[ast.stmt]]:
        for node in ast.walk(self.tree):
            for name in ("body", "orelse", "finalbody"):
                body = getattr(node, name, None)
                if isinstance(body, list):
                    yield body

    # ------------------------------------------------------------------------------------ findings
    def mistake(
        self,
        error_class: ErrorClass,
        line: int,
        raw: str,
        *,
        cause: str,
        fix: str,
        example: str = "",
        severity: Literal["error", "warning"] = "error",
        repair: str | None = None,
        edits: Iterable[Edit] = (),
    ) -> Mistake:
        """A mistake on a line; `repair` names the rule when there are edits."""
        edits = tuple(edits)
        finding = Finding(
            error_class=error_class,
            stage="check",
            severity=severity,
            raw=raw,
            line=line,
            source=self.lines[line - 1].rstrip() if 0 < line <= len(self.lines) else "",
            cause=cause,
            fix=fix,
            example=example,
            repair=repair if edits or repair == FORBIDDEN else None,
        )
        return Mistake(finding, edits)

    # ------------------------------------------------------------------------------------ the algorithm
    @cached_property
    def classes(self) -> dict[str, ast.ClassDef]:
        """Classes of the file by name."""
        return {node.name: node for node in self.tree.body if isinstance(node, ast.ClassDef)}

    @cached_property
    def algorithms(self) -> list[ast.ClassDef]:
        """Classes that derive from QCAlgorithm, directly or through one of the file's."""
        return [node for node in self.classes.values() if self._is_algorithm(node, set())]

    def _is_algorithm(self, node: ast.ClassDef, seen: set[str]) -> bool:
        for base in node.bases:
            name = base.id if isinstance(base, ast.Name) else base.attr if isinstance(base, ast.Attribute) else ""
            if name == "QCAlgorithm":
                return True
            if name in self.classes and name not in seen and self._is_algorithm(self.classes[name], seen | {name}):
                return True
        return False

    @cached_property
    def algorithm(self) -> ast.ClassDef | None:
        """The algorithm's class: the last by name, as LEAN takes it."""
        return max(self.algorithms, key=lambda node: node.name) if self.algorithms else None

    @cached_property
    def methods(self) -> dict[str, ast.FunctionDef]:
        """Methods of the algorithm class."""
        if self.algorithm is None:
            return {}
        return {node.name: node for node in self.algorithm.body if isinstance(node, ast.FunctionDef)}

    def method(self, *names: str) -> ast.FunctionDef | None:
        """The first of these methods that the algorithm has."""
        return next((self.methods[name] for name in names if name in self.methods), None)

    @cached_property
    def initialize(self) -> ast.FunctionDef | None:
        """The algorithm's initialize."""
        return self.method("initialize", "Initialize")

    @cached_property
    def on_data(self) -> ast.FunctionDef | None:
        """The algorithm's on_data."""
        return self.method("on_data", "OnData")

    @cached_property
    def calls(self) -> list[tuple[str, ast.Call]]:
        """Calls of methods of `self` in the algorithm class by snake_case name, in order of appearance."""
        if self.algorithm is None:
            return []
        found = [
            (snake(node.func.attr), node)
            for node in ast.walk(self.algorithm)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "self"
        ]
        found.sort(key=lambda pair: (pair[1].lineno, pair[1].col_offset))
        return found

    def calls_of(self, *names: str) -> list[ast.Call]:
        """Calls of these methods of `self`."""
        return [call for name, call in self.calls if name in names]

    @cached_property
    def fields(self) -> dict[str, list[ast.expr | None]]:
        """Attributes of `self` that the algorithm assigns, with the values assigned (None: not a plain assignment)."""
        found: dict[str, list[ast.expr | None]] = {}
        if self.algorithm is None:
            return found
        for node in ast.walk(self.algorithm):
            for target, value in _assignments(node):
                for leaf in ast.walk(target):
                    if isinstance(leaf, ast.Attribute) and isinstance(leaf.value, ast.Name) and leaf.value.id == "self":
                        if isinstance(leaf.ctx, ast.Store):
                            found.setdefault(leaf.attr, []).append(value if leaf is target else None)
        return found

    def field_home(self) -> int:
        """The line before which a field's first value belongs: after the last plain one that initialize sets."""
        if self.initialize is None:
            return 0
        body = self.initialize.body
        plain = [
            node
            for node in body
            if isinstance(node, ast.Assign)
            and ast.unparse(node.targets[0]).startswith("self._")
            and isinstance(node.value, ast.Constant | ast.List | ast.Dict | ast.UnaryOp)
        ]
        last = plain[-1] if plain else body[-1]
        return (last.end_lineno or last.lineno) + 1

    @cached_property
    def brokerage(self) -> tuple[str, str]:
        """Brokerage and account type as the program sets them, in lower case; "" where it does not."""
        for call in self.calls_of("set_brokerage_model"):
            words = [last_name(argument) for argument in call.args] + [last_name(k.value) for k in call.keywords]
            first, second, *_ = [*words, "", ""]
            return first, second
        return "", ""

    # ------------------------------------------------------------------------------------ types
    def type_of(self, node: ast.expr, scope: ast.FunctionDef | None = None, *, depth: int = 0) -> str:
        """LEAN class of an expression's value; "" when it cannot be told."""
        if depth > 12:
            return ""
        if isinstance(node, ast.Name):
            return self._type_of_name(node.id, scope, depth)
        if isinstance(node, ast.Attribute):
            if isinstance(node.value, ast.Name) and node.value.id == "self" and node.attr in self.fields:
                values = self.fields[node.attr]
                known = {self.type_of(v, scope, depth=depth + 1) if v is not None else "" for v in values}
                return known.pop() if len(known) == 1 else ""
            owner = self.type_of(node.value, scope, depth=depth + 1)
            member = self.index.member(owner, node.attr) if owner else None
            return plain_type(member.type) if member is not None and not member.is_method else ""
        if isinstance(node, ast.Call):
            return self._type_of_call(node, scope, depth)
        if isinstance(node, ast.Subscript):
            return _ELEMENT.get(self.type_of(node.value, scope, depth=depth + 1), "")
        return ""

    def _type_of_name(self, name: str, scope: ast.FunctionDef | None, depth: int) -> str:
        if name == "self":
            return "QCAlgorithm" if self.algorithm is not None and scope in self.algorithm.body else ""
        if scope is None:
            return ""
        found: set[str] = set()
        for argument in scope.args.args:
            if argument.arg == name:
                declared = plain_type(ast.unparse(argument.annotation)) if argument.annotation is not None else ""
                first_of_on_data = scope is self.on_data and len(scope.args.args) > 1 and scope.args.args[1] is argument
                found.add(declared or ("Slice" if first_of_on_data else ""))
        for node in ast.walk(scope):
            for target, value in _assignments(node):
                if isinstance(target, ast.Name) and target.id == name:
                    same = isinstance(value, ast.Name) and value.id == name
                    found.add(self.type_of(value, scope, depth=depth + 1) if value is not None and not same else "")
                elif name in {leaf.id for leaf in ast.walk(target) if isinstance(leaf, ast.Name)}:
                    if not isinstance(target, ast.Attribute | ast.Subscript):
                        found.add("")
        return found.pop() if len(found) == 1 else ""

    def _type_of_call(self, node: ast.Call, scope: ast.FunctionDef | None, depth: int) -> str:
        if isinstance(node.func, ast.Name):
            return node.func.id if node.func.id in self.index.exports else ""
        if not isinstance(node.func, ast.Attribute):
            return ""
        owner = self.type_of(node.func.value, scope, depth=depth + 1)
        if not owner:
            return ""
        if snake(node.func.attr) in ("get", "get_value") and owner in _ELEMENT:
            return _ELEMENT[owner]
        member = self.index.member(owner, node.func.attr)
        if member is None or not member.is_method:
            return ""
        returned = {plain_type(form.returns) for form in member.forms}
        return returned.pop() if len(returned) == 1 else ""

    def function_of(self, node: ast.AST) -> ast.FunctionDef | None:
        """The method of the algorithm, or function, that a node stands in."""
        return self._owners.get(id(node))

    @cached_property
    def _owners(self) -> dict[int, ast.FunctionDef]:
        found: dict[int, ast.FunctionDef] = {}
        for function in ast.walk(self.tree):
            if isinstance(function, ast.FunctionDef):
                for node in ast.walk(function):
                    found[id(node)] = function
        return found

    def in_algorithm(self, node: ast.AST) -> bool:
        """The node stands in a method of the algorithm class."""
        function = self.function_of(node)
        return function is not None and self.algorithm is not None and function in self.algorithm.body

    def member_of_self(self, name: str) -> Member | None:
        """QCAlgorithm's member under either spelling."""
        return self.index.member("QCAlgorithm", name)


def _assignments(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield target, node.value
    elif isinstance(node, ast.AnnAssign):
        yield node.target, node.value
    elif isinstance(node, ast.AugAssign | ast.For | ast.comprehension):
        yield node.target, None
    elif isinstance(node, ast.NamedExpr):
        yield node.target, node.value
    elif isinstance(node, ast.With):
        for item in node.items:
            if item.optional_vars is not None:
                yield item.optional_vars, None


_BREAK = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def snake(name: str) -> str:
    """snake_case spelling of either spelling."""
    return _BREAK.sub("_", name).lower()


def plain_type(text: str) -> str:
    """The class in an annotation: `Optional[Foo]` → Foo, "" for anything that is not one class."""
    match = re.fullmatch(r"(?:Optional\[)?(?:\w+\.)*(\w+)\]?", text.strip("'\""))
    return match[1] if match and match[1] not in ("Any", "None", "T") else ""


def last_name(node: ast.expr | None) -> str:
    """`BrokerageName.BINANCE` → binance; a text → itself; else ""."""
    if isinstance(node, ast.Attribute):
        return node.attr.lower()
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.lower()
    return ""


def literal(node: ast.expr | None) -> object:
    """The value of a literal, a signed number included; None for anything else."""
    try:
        return ast.literal_eval(node) if node is not None else None
    except (ValueError, TypeError, SyntaxError):
        return None


def argument(call: ast.Call, position: int, *names: str) -> ast.expr | None:
    """An argument of a call by position or by one of its names."""
    if len(call.args) > position:
        return call.args[position]
    return next((k.value for k in call.keywords if k.arg in names), None)


__all__ = ["Edit", "Mistake", "Program", "argument", "last_name", "literal", "plain_type", "snake"]
