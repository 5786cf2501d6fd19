"""The clarify node and the feedback node on run directories; the example specs; the corpus."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.conftest import needs_shared
from vibetrader.clarify.node import node as clarify
from vibetrader.errors import SpecError
from vibetrader.feedback.node import apply
from vibetrader.results import Outcome, Status
from vibetrader.rundir import RunDir
from vibetrader.rundir.layout import QUESTIONS, SPEC
from vibetrader.settings import Settings
from vibetrader.spec.check import require
from vibetrader.spec.yamlio import load, read

SPECS = sorted((Path(__file__).parents[3] / "specs").glob("*.yaml"))


def made(tmp_path: Path, idea: str, **changes: object) -> tuple[RunDir, Settings]:
    settings = Settings.model_validate({"runs_dir": tmp_path, "today": date(2026, 11, 24)} | changes)
    return RunDir.create(idea, settings), settings


def node(run: RunDir, settings: Settings) -> Outcome:
    """The node as the graph visits it, so that the run knows which files are its own."""
    return run.visit("clarify", clarify, settings)


def test_an_idea_becomes_a_spec_with_named_parameters(tmp_path: Path) -> None:
    run, settings = made(tmp_path, "RSI <30 buy")
    outcome = node(run, settings)
    assert outcome.status is Status.OK
    assert load(run.read(SPEC)).parameters == {"rsi_period": 14, "oversold": 30, "overbought": 70}


def test_open_questions_are_written_and_answers_close_them(tmp_path: Path) -> None:
    run, settings = made(tmp_path, "buy BTC when volume > 1000000")
    assert node(run, settings).status is Status.NEEDS_ANSWERS
    question = run.read(QUESTIONS).items[0]
    assert question.field == "long.exit" and question.default is not None
    answers = tmp_path / "answers.yaml"
    answers.write_text(f"{question.id}: after 10 bars\n", encoding="utf-8")
    assert node(run, settings.model_copy(update={"answers_file": answers})).status is Status.OK
    spec = load(run.read(SPEC))
    assert spec.number(spec.limits.max_hold_bars or 0) == 10
    assert not run.has(QUESTIONS)


def test_an_answer_without_sense_is_refused(tmp_path: Path) -> None:
    run, settings = made(tmp_path, "buy BTC when volume > 1000000")
    answers = tmp_path / "answers.yaml"
    answers.write_text("long.exit: when pigs fly\n", encoding="utf-8")
    with pytest.raises(SpecError, match="pigs"):
        node(run, settings.model_copy(update={"answers_file": answers}))


def test_defaults_answer_when_that_is_asked_for(tmp_path: Path) -> None:
    run, settings = made(tmp_path, "buy BTC when volume > 1000000", assume_defaults=True)
    assert node(run, settings).status is Status.OK


def test_flags_win_over_words(tmp_path: Path) -> None:
    flags = {"symbol": "ETHUSDT", "timeframe": "4h", "start": "2024-01-01", "end": "2024-06-30", "cash": "5k"}
    run, settings = made(tmp_path, "buy BTC 1h when rsi < 30", overrides=flags)
    assert node(run, settings).status is Status.OK
    spec = load(run.read(SPEC))
    assert ([s.ticker for s in spec.symbols], spec.timeframe, spec.cash) == (["ETHUSDT"], "4h", 5000)
    assert (spec.period.start, spec.period.end) == (date(2024, 1, 1), date(2024, 6, 30))
    assert spec.provenance["timeframe"].source == "flag"


def test_a_bad_flag_is_named(tmp_path: Path) -> None:
    run, settings = made(tmp_path, "rsi <30 buy", overrides={"start": "soon"})
    with pytest.raises(SpecError, match="'soon' is no date"):
        node(run, settings)


def test_strict_refuses_what_was_inferred(tmp_path: Path) -> None:
    run, settings = made(tmp_path, "RSI <30 buy", strict=True)
    outcome = node(run, settings)
    assert outcome.status is Status.REFUSED and "no exit named" in outcome.message


@pytest.mark.parametrize("idea", ["grid bot on BTC", "hello there", "rsi > 120 buy"])
def test_what_cannot_be_a_spec_is_refused(tmp_path: Path, idea: str) -> None:
    run, settings = made(tmp_path, idea)
    outcome = node(run, settings)
    assert outcome.status is Status.REFUSED and outcome.message


def test_feedback_writes_the_changed_spec_into_the_child(tmp_path: Path) -> None:
    run, settings = made(tmp_path, "RSI <30 buy")
    node(run, settings)
    child = run.child(settings)
    assert apply(run, child, "make the stop 3%", settings).status is Status.MODIFY_SPEC
    stop = load(child.read(SPEC)).sides["long"].stop_loss
    assert stop is not None and str(stop.percent) == "stop_loss_pct"
    grandchild = child.child(settings)
    assert apply(child, grandchild, "undo that", settings).status is Status.MODIFY_SPEC
    assert load(grandchild.read(SPEC)) == load(run.read(SPEC))
    assert apply(run, child, "flurb", settings).status is Status.UNCLEAR
    assert apply(run, child, "done", settings).status is Status.END


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_example_specs_are_usable(path: Path) -> None:
    require(read(path), file=path.name)


def test_the_corpus_is_read_right() -> None:
    import json

    from tests.corpus.__main__ import summary
    from tests.corpus.scoring import score

    lines = needs_shared("corpus/prompts_dev.jsonl").read_text(encoding="utf-8").splitlines()
    scores = [score(json.loads(line)) for line in lines]
    report = summary(scores, [])
    total = report["total"]
    assert isinstance(total, dict)
    assert total["wrong"] == 0, [s for s in scores if s.outcome == "wrong"]
    assert total["refused_wrongly"] <= 2
