"""LEAN's recorded sound programs: no check refuses one, no rule changes one that trades."""

from __future__ import annotations

import re

import pytest

from tests.conftest import needs_shared
from tests.errors.bases import bases
from vibetrader.compile.checks import mistakes
from vibetrader.compile.repair import repair_doubtful


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
def test_sound_programs_have_no_errors_and_no_sure_repairs() -> None:
    seen = 0
    for base in bases(needs_shared("lean/golden")):
        if base.name.startswith("fuzz/") and not re.match(r"fuzz/s\d\d[05]", base.name):
            continue
        found = mistakes(base.source)
        assert [m.finding for m in found if m.finding.severity == "error"] == [], base.name
        assert repair_doubtful(base.source, [m.finding for m in found], found) is None, base.name
        seen += 1
    assert seen > 150
