"""A spec as YAML, without loss, and with line and column in every error."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel, ValidationError

from vibetrader.errors import SpecError
from vibetrader.spec.strategy import (
    BreakEven,
    Fees,
    Instrument,
    Level,
    Limits,
    Order,
    Origin,
    Period,
    Side,
    Size,
    StrategySpec,
    Trailing,
    Unsupported,
)

LONGEST_BYTES: Final = 1_000_000
_MODELS: Final[dict[str, type[BaseModel]]] = {
    "": StrategySpec, "long": Side, "short": Side, "stop_loss": Level, "take_profit": Level, "trailing_stop": Trailing,
    "break_even": BreakEven, "size": Size, "order": Order, "limits": Limits, "period": Period, "fees": Fees,
    "symbols": Instrument, "provenance": Origin, "unsupported": Unsupported,
}  # fmt: skip


def dump(spec: StrategySpec) -> str:
    """The spec file's text; `load(dump(spec)) == spec`, and the same spec gives the same bytes."""
    data = spec.model_dump(mode="json", by_alias=True, exclude_none=True)
    return yaml.dump(_tidy(data), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def load(text: str, *, file: str = "") -> StrategySpec:
    """The spec in a YAML text.

    Raises:
        SpecError: Broken YAML, unknown field or wrong value, with its line, column and field.
    """
    if len(text) > LONGEST_BYTES:
        raise SpecError(f"a spec of {len(text)} characters is too long", file=file)
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise SpecError(
            f"broken YAML: {error.problem or error.context}",
            hint="check indentation and quotes there",
            file=file,
            line=None if mark is None else mark.line + 1,
            column=None if mark is None else mark.column + 1,
        ) from None
    except yaml.YAMLError as error:
        raise SpecError(f"broken YAML: {str(error).splitlines()[0]}", file=file) from None
    except RecursionError:
        raise SpecError("broken YAML: nested too deeply", file=file) from None
    if root is None:
        raise SpecError("the spec is empty", file=file, hint="start with schema: 1, symbols: and long:")
    marks: dict[tuple[str | int, ...], yaml.Mark] = {}
    data = _plain(root, (), marks, file)
    if not isinstance(data, dict):
        raise SpecError("a spec is a mapping of fields", file=file, line=1, column=1, hint="start with schema: 1")
    if "schema" in data and data["schema"] != 1:
        mark = marks["schema",]
        raise SpecError(
            f"schema {data['schema']!r} is not known; this version reads 1",
            file=file, line=mark.line + 1, column=mark.column + 1, field="schema",
        )  # fmt: skip
    try:
        return StrategySpec.model_validate(data)
    except ValidationError as error:
        raise _spec_error(error, marks, file) from None


def read(path: Path) -> StrategySpec:
    """The spec in a file.

    Raises:
        SpecError: The file is missing, unreadable or no spec.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SpecError(f"no such file: {str(path)!r}", hint="write one with `vibetrader clarify`") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"cannot read {str(path)!r}: {error}") from None
    return load(text, file=str(path))


class _Dumper(yaml.SafeDumper):
    """Block style; no aliases, so that each part reads alone."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _tidy(value: Any) -> Any:
    """Whole floats as whole numbers; empty collections left out."""
    if isinstance(value, dict):
        return {key: _tidy(item) for key, item in value.items() if item not in ({}, [], "")}
    if isinstance(value, list):
        return [_tidy(item) for item in value]
    if isinstance(value, float) and value == int(value) and abs(value) < 1e15:
        return int(value)
    return value


def _plain(
    node: yaml.Node, path: tuple[str | int, ...], marks: dict[tuple[str | int, ...], yaml.Mark], file: str
) -> Any:
    """Python data for a node; remembers where each path stands. Aliases and tags are read as plain data."""
    if len(path) > 20:
        raise SpecError("nested too deeply", file=file, line=node.start_mark.line + 1)
    marks[path] = node.start_mark
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise _at("a field name must be a plain word", key_node, file)
            key = str(key_node.value)
            if key in found:
                raise _at(f"field {key!r} stands twice", key_node, file)
            found[key] = _plain(value_node, (*path, key), marks, file)
            marks[(*path, key, "key")] = key_node.start_mark
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, index), marks, file) for index, item in enumerate(node.value)]
    assert isinstance(node, yaml.ScalarNode)
    if node.tag not in _SCALARS:
        raise _at(f"the YAML tag {node.tag!r} is not read", node, file)
    try:
        return _constructor.construct_object(node)
    except (yaml.YAMLError, ValueError):
        return node.value


_SCALARS: Final = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp")
)
_constructor: Final = yaml.SafeLoader("")


def _at(message: str, node: yaml.Node, file: str) -> SpecError:
    mark = node.start_mark
    return SpecError(message, file=file, line=mark.line + 1, column=mark.column + 1)


def _spec_error(error: ValidationError, marks: dict[tuple[str | int, ...], yaml.Mark], file: str) -> SpecError:
    """The most telling of pydantic's errors, in our words and with its place."""
    problems = error.errors(include_url=False)
    problem = next((p for p in problems if p["type"] == "extra_forbidden"), None) or max(
        problems, key=lambda p: len(_field_path(p["loc"], marks))
    )
    path = _field_path(problem["loc"], marks)
    field = ".".join(map(str, path))
    context = problem.get("ctx", {})
    hint = str(context.get("hint", "") or "")
    suggestion = str(context.get("suggestion", "") or "")
    message = str(problem["msg"])
    mark = marks.get(path) or marks.get(path[:-1]) or marks.get(())
    if problem["type"] == "extra_forbidden":
        message = f"unknown field {path[-1]!r}"
        model = next((_MODELS[str(p)] for p in reversed(path[:-1]) if str(p) in _MODELS), StrategySpec)
        known = [field_.alias or name for name, field_ in model.model_fields.items()]
        near = get_close_matches(str(path[-1]), known, 1, 0.5)
        suggestion, hint = (near[0] if near else ""), f"known here: {', '.join(known)}"
        mark = marks.get((*path, "key")) or mark
    elif problem["type"] == "missing":
        message = "is missing"
    elif problem["type"] != "expression" and not isinstance(problem.get("input"), dict):
        message = f"{message[0].lower()}{message[1:]}, not {problem.get('input')!r}"
        if problem["type"] == "literal_error":
            near = get_close_matches(str(problem.get("input")), _literals(context), 1, 0.4)
            suggestion = near[0] if near else ""
    offset = int(context.get("column", 0) or 0)
    column = None if mark is None else mark.column + 1 + max(0, offset - 1)
    return SpecError(
        message,
        hint=hint,
        file=file,
        line=None if mark is None else mark.line + 1,
        column=column,
        field=field,
        suggestion=suggestion,
    )


def _literals(context: dict[str, Any]) -> list[str]:
    return [part.strip(" '") for part in str(context.get("expected", "")).replace(" or ", ",").split(",")]


def _field_path(loc: tuple[int | str, ...], marks: dict[tuple[str | int, ...], yaml.Mark]) -> tuple[str | int, ...]:
    """pydantic's location without the names of union branches, which are no fields."""
    path: tuple[str | int, ...] = ()
    for index, part in enumerate(loc):
        if (*path, part) in marks or (index == len(loc) - 1 and isinstance(part, str) and part.isidentifier()):
            if (*path, part) not in marks and part in ("float", "int", "str", "ParameterRef", "Side"):
                continue
            path = (*path, part)
    return path
