"""What LEAN has and the engine lacks is refused by name; what LEAN lacks too keeps Python.NET's words."""

from __future__ import annotations

from pathlib import Path

import pytest

from vibetrader.engine import leanmembers
from vibetrader.engine.api import exports, survey
from vibetrader.engine.runner import EngineRun, run_project
from vibetrader.errors import UnsupportedLeanFeature

_MAIN = """
from AlgorithmImports import *

class Refusing(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2020, 1, 6)
        self.set_end_date(2020, 1, 7)
        {line}
"""


def _run(tmp_path: Path, line: str) -> object:
    (tmp_path / "main.py").write_text(_MAIN.format(line=line))
    (tmp_path / "data").mkdir()
    return run_project(EngineRun(tmp_path, tmp_path / "data", tmp_path / "out", "refusing"))


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("self.add_option('SPY')", "QCAlgorithm.add_option"),
        ("self.AddFuture('ES')", "QCAlgorithm.add_future"),
        ("self.option_chain('SPY')", "QCAlgorithm.option_chain"),
        ("Symbol.create_option('SPY', 'usa', 0, 0, 1, None)", "Symbol.create_option"),
        ("self.portfolio.positions", "SecurityPortfolioManager.positions"),
        ("OptionStrategies.bear_call_spread(1, 2, 3, 4)", "OptionStrategies.bear_call_spread"),
    ],
)
def test_a_member_the_engine_lacks_ends_the_run_with_its_name_and_a_way_out(tmp_path: Path, line: str, name: str) -> None:
    with pytest.raises(UnsupportedLeanFeature) as caught:
        _run(tmp_path, line)
    assert f"LEAN's '{name}'" in str(caught.value)
    assert caught.value.hint


def test_a_name_that_lean_lacks_too_is_an_attribute_error_in_its_words(tmp_path: Path) -> None:
    outcome = _run(tmp_path, "self.portfolio.no_such_thing_at_all")
    assert outcome.status == "RuntimeError"  # type: ignore[attr-defined]
    assert "has no attribute 'no_such_thing_at_all'" in outcome.runtime_error  # type: ignore[attr-defined]


def test_names_of_lacking_members_are_free_for_the_strategy(tmp_path: Path) -> None:
    outcome = _run(tmp_path, "self.add_option = 7; assert self.add_option == 7; assert not hasattr(self, 'add_future')")
    assert outcome.status == "Completed"  # type: ignore[attr-defined]


def test_every_public_member_of_the_algorithm_is_there_or_refused() -> None:
    algorithm = exports.find("QCAlgorithm")
    members = leanmembers.table()["QCAlgorithm"]
    lacking = set(leanmembers.lacks(algorithm))
    assert len(members) > 300
    assert lacking < members
    for member in members - lacking:
        assert any(member in vars(base) for base in algorithm.__mro__) or member in leanmembers._assigned(algorithm), member


def test_no_feature_claims_more_than_the_classes_have() -> None:
    for row in survey.rows():
        if row["level"] == "full":
            assert row["found"] == len(row["members"]), row["feature"]
