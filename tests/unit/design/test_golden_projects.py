"""The LEAN projects of the golden specs: what they say, and that they are what a person would keep."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.golden.design.rewrite import CASES, HERE, project_of
from vibetrader.compile.checks import check

pytestmark = pytest.mark.parametrize("case", CASES)


def test_project_is_the_golden_one(case: str) -> None:
    kept = (HERE / f"{case}.py").read_text(encoding="utf-8")
    assert project_of(case).main == kept, "if the change is meant: python -m tests.golden.design.rewrite"


def test_project_is_the_same_twice(case: str) -> None:
    assert project_of(case) == project_of(case)


def test_project_is_python_of_readable_width(case: str) -> None:
    source = project_of(case).main
    ast.parse(source)
    assert max(map(len, source.splitlines())) <= 100
    assert "\t" not in source
    assert not any(line.endswith(" ") for line in source.splitlines())


def test_project_passes_the_checks_of_compile(case: str) -> None:
    assert [finding.raw for finding in check(project_of(case).main) if finding.severity == "error"] == []


def test_golden_files_and_specs_belong_together(case: str) -> None:
    assert (Path(HERE) / f"{case}.py").is_file()
