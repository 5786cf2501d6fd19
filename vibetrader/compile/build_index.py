"""Builds `lean_index.json.gz` out of LEAN's published type stubs: `python -m vibetrader.compile.build_index`.

Needs the package quantconnect-stubs; the index it writes is shipped, so users do not need it. The stubs are Apache-2.0,
copyright QuantConnect Corporation; the index holds names, signatures and types only.
"""

from __future__ import annotations

import ast
import gzip
import json
import re
import sys
import sysconfig
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

_QUALIFIED = re.compile(r"\b(?:[A-Za-z_]\w*\.)+([A-Za-z_]\w*)")


def build(stubs: Path) -> dict[str, Any]:
    """The index of a folder with the stubs' packages.

    Returns:
        `classes`: class → bases, enum flag, members (property type, or list of signatures); `exports`: names that
        AlgorithmImports brings; `modules`: importable QuantConnect modules.
    """
    exported = _star_imports((stubs / "AlgorithmImports" / "__init__.pyi").read_text(encoding="utf-8"))
    classes: dict[str, dict[str, Any]] = {}
    exports: set[str] = set()
    modules: dict[str, list[str]] = {}
    for path in sorted((stubs / "QuantConnect").rglob("__init__.pyi")):
        module = ".".join(path.parent.relative_to(stubs).parts)
        names = []
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.ClassDef):
                continue
            found = _class(node)
            if node.name in names:  # a generic class and its plain twin
                twin = classes[node.name]
                found = {"bases": twin["bases"] + found["bases"], "members": found["members"] | twin["members"]}
            if node.name in names or node.name not in classes or module in exported:
                classes[node.name] = found
            names.append(node.name)
        modules[module] = names
        if module in exported:
            exports.update(names)
    # The stubs leave out that indicators keep a window of their values.
    classes["IndicatorBase"]["bases"].append("WindowBase")
    classes["IndicatorBase"]["members"]["current"] = "IndicatorDataPoint"
    return {
        "origin": f"quantconnect-stubs {metadata.version('quantconnect-stubs')}, Apache-2.0, QuantConnect Corporation",
        "classes": classes,
        "exports": sorted(exports),
        "modules": modules,
    }


def _star_imports(source: str) -> set[str]:
    return set(re.findall(r"^from (QuantConnect[\w.]*) import \*", source, re.MULTILINE))


def _class(node: ast.ClassDef) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for item in node.body:
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            members[item.target.id] = _type(item.annotation)
        elif isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name):
            members[item.targets[0].id] = ""
        elif isinstance(item, ast.FunctionDef):
            decorators = {ast.unparse(decorator) for decorator in item.decorator_list}
            if "property" in decorators:
                members[item.name] = _type(item.returns)
            elif not any(text.endswith(".setter") for text in decorators):
                known = members.setdefault(item.name, [])
                if isinstance(known, list):
                    known.append([_parameters(item, static="staticmethod" in decorators), _type(item.returns)])
    bases = [_type(base) for base in node.bases]
    return {"bases": bases, "members": members}


def _parameters(item: ast.FunctionDef, *, static: bool) -> list[list[Any]]:
    arguments = item.args.posonlyargs + item.args.args
    without_default = len(arguments) - len(item.args.defaults)
    found = [
        [argument.arg, _type(argument.annotation), int(i >= without_default)] for i, argument in enumerate(arguments)
    ]
    if item.args.vararg is not None:
        found.append(["*" + item.args.vararg.arg, "", 1])
    return found if static else found[1:]


def _type(node: ast.expr | None) -> str:
    return _QUALIFIED.sub(r"\1", ast.unparse(node)) if node is not None else ""


def members_text(index: dict[str, Any], wanted: Iterable[str]) -> str:
    """Names of the members of classes, inherited ones included: what the engine refuses where it lacks them.

    Args:
        index: What `build` gives.
        wanted: Names of classes; those that LEAN lacks, and enumerations, are left out.
    """
    classes = index["classes"]

    def members(name: str, seen: frozenset[str] = frozenset()) -> set[str]:
        plain = re.sub(r"\[.*", "", name)
        entry = classes.get(plain)
        if entry is None or plain in seen:
            return set()
        own = {member for member in entry["members"] if not member.startswith("_")}
        return own.union(*(members(base, seen | {plain}) for base in entry["bases"]))

    lines = ["# Members of LEAN's classes, by their Python names; made by vibetrader.compile.build_index. " + index["origin"]]
    for name in sorted(set(wanted)):
        found = sorted(members(name))
        if found and not any("Enum" in base for base in classes[name]["bases"]):
            lines.append(f"{name}: {' '.join(found)}")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the index beside this module, and the engine's table of members."""
    stubs = Path(sysconfig.get_paths()["purelib"])
    index = build(stubs)
    text = json.dumps(index, separators=(",", ":"), sort_keys=True)
    target = Path(__file__).with_name("lean_index.json.gz")
    target.write_bytes(gzip.compress(text.encode(), mtime=0))
    from vibetrader.engine.api import exports

    table = Path(__file__).parents[1] / "engine" / "leanmembers.txt"
    table.write_text(members_text(index, exports.engine_classes()), encoding="utf-8")
    sys.stderr.write(f"{len(index['classes'])} classes, {target.stat().st_size} bytes: {target.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
