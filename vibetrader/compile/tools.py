"""What a model that writes code may look up: LEAN's names from the stub index, LEAN's ways, and the checks themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydantic import BaseModel, ConfigDict

from vibetrader.compile.checks import check
from vibetrader.compile.leanindex import LeanIndex, Member, lean_index
from vibetrader.llm import Tool

_MOST: Final = 40


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Nothing(_Arguments):
    """No arguments."""


class Query(_Arguments):
    """Words to look for: a name, a part of one, or `Class.member`."""

    query: str


class Code(_Arguments):
    """A whole program."""

    code: str


class GetLeanIndicators:
    """The indicators that `QCAlgorithm` makes, with their signatures."""

    name = "get_lean_indicators"
    description = "All indicator helpers of QCAlgorithm (self.rsi, self.macd …) with their signatures."
    arguments: type[BaseModel] = Nothing

    def __call__(self, arguments: Nothing) -> str:
        """One line per helper, by name."""
        index = lean_index()
        helpers = [
            f"{member.name}({form})"
            for member in index.members("QCAlgorithm").values()
            for form in member.forms[:1]
            if _is_indicator(index, form.returns)
        ]
        return "\n".join(sorted(helpers))


class GetLeanContext:
    """How a LEAN program is built."""

    name = "get_lean_context"
    description = "A short guide: the shape of a LEAN program, its times, orders, warm-up, consolidators and pitfalls."
    arguments: type[BaseModel] = Nothing

    def __call__(self, arguments: Nothing) -> str:
        """The guide."""
        from vibetrader.llm.prompts import text

        return text("lean_context.md.j2").strip()


class SearchLeanApi:
    """Names of LEAN by words."""

    name = "search_lean_api"
    description = "Look up LEAN's Python names: a class (`TradeBar`), a member (`QCAlgorithm.set_holdings`) or words (`trailing stop`)."
    arguments: type[BaseModel] = Query

    def __call__(self, arguments: Query) -> str:
        """Members with their signatures, best first."""
        found = list(_search(lean_index(), arguments.query.strip()))[:_MOST]
        return "\n".join(found) or f"LEAN has nothing called {arguments.query!r}"


class CheckCode:
    """The checks of `compile`."""

    name = "check_code"
    description = (
        "Check a whole program without running it: syntax, every LEAN name and argument, imports, market rules."
    )
    arguments: type[BaseModel] = Code

    def __call__(self, arguments: Code) -> str:
        """What is wrong, a line each."""
        lines = [
            f"{finding.severity} ({finding.error_class}), line {finding.line}: {finding.raw} {finding.fix}".strip()
            for finding in check(arguments.code)
        ]
        return "\n".join(lines) or "nothing found"


LEAN_TOOLS: Final[tuple[Tool, ...]] = (GetLeanIndicators(), GetLeanContext(), SearchLeanApi(), CheckCode())


def _search(index: LeanIndex, query: str) -> Iterator[str]:
    owner, _, wanted = query.partition(".")
    names = {name.lower(): name for name in index.class_names()}
    if owner.lower() in names:
        name = names[owner.lower()]
        yield f"class {name}({', '.join(list(index.bases(name))[1:4])})"
        for member in index.members(name).values():
            if not member.name.startswith("_") and wanted.lower() in member.name:
                yield f"  {name}.{_line(member)}"
        return
    words = query.lower().replace("_", " ").split()
    if not words:
        return
    for member in index.members("QCAlgorithm").values():
        if all(word in member.name for word in words):
            yield f"QCAlgorithm.{_line(member)}"
    joined = "".join(words)
    yield from (f"class {name}" for lower, name in sorted(names.items()) if joined in lower)


def _line(member: Member) -> str:
    if not member.is_method:
        return f"{member.name}: {member.type}"
    return "; ".join(f"{member.name}({form}) -> {form.returns}" for form in member.forms[:3])


def _is_indicator(index: LeanIndex, returns: str) -> bool:
    return any(base.startswith("IndicatorBase") for base in index.bases(returns))
