"""Walking the routes: order, skipping, repair, limits, questions, feedback."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from vibetrader.errors import ExitCode, RunDirError
from vibetrader.graph.iteration import Step, iterate
from vibetrader.graph.nodes import Node
from vibetrader.graph.runner import walk
from vibetrader.results import Outcome, Status
from vibetrader.results.ideas import Question, Questions
from vibetrader.rundir import RunDir
from vibetrader.rundir.layout import IDEA, JOURNAL, MAIN, METRICS, QUESTIONS, REPORT_MD, SPEC
from vibetrader.settings import Settings, load_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"runs_dir": tmp_path / "runs"}, environ={}, folder=tmp_path)


@pytest.fixture
def run(settings: Settings) -> RunDir:
    return RunDir.create("RSI <30 buy", settings)


class House:
    """Four small rooms that do what their script says, and note who was entered."""

    def __init__(self, **scripts: list[Status]) -> None:
        self.entered: list[str] = []
        self._scripts = scripts

    def nodes(self) -> Mapping[str, Node]:
        return {name: self._room(name) for name in ("clarify", "design", "compile", "report")}

    def _room(self, name: str) -> Node:
        def node(run: RunDir, settings: Settings) -> Outcome:
            self.entered.append(name)
            script = self._scripts.get(name)
            status = script.pop(0) if script else Status.OK
            match name:
                case "clarify":
                    run.read(IDEA)
                    if not run.has(SPEC):
                        run.write(SPEC, "stop: 2\n")
                    run.read(SPEC)
                    run.write(QUESTIONS, Questions(items=(Question(id="q", field="long.exit", text="?"),)))
                case "design":
                    run.write(MAIN, f"# {run.read(SPEC)}")
                case "compile":
                    run.read(MAIN)
                    run.write(METRICS, {"total_return": {"value": 1, "display": "1%"}})
                case "report":
                    run.write(REPORT_MD, "report")
            return Outcome(status, f"{name} {status}")

        return node


def test_a_run_walks_all_nodes_and_a_second_call_skips_them(run: RunDir, settings: Settings) -> None:
    house = House()
    assert walk(run, settings, nodes=house.nodes()).status is Status.OK
    assert house.entered == ["clarify", "design", "compile", "report"]
    assert walk(run, settings, nodes=house.nodes()).status is Status.OK
    assert len(house.entered) == 4
    assert [line.event for line in run.lines(JOURNAL)].count("skip") == 4


def test_a_changed_spec_runs_again_from_there(run: RunDir, settings: Settings) -> None:
    house = House()
    walk(run, settings, nodes=house.nodes())
    run.write(SPEC, "stop: 5\n")
    walk(run, settings, nodes=house.nodes())
    assert house.entered[4:] == ["clarify", "design", "compile", "report"]
    assert run.read(MAIN) == "# stop: 5\n"


@pytest.mark.parametrize("killed", ["clarify", "design", "compile", "report"])
def test_a_run_killed_in_a_node_goes_on_in_that_node(run: RunDir, settings: Settings, killed: str) -> None:
    house = House()
    nodes = dict(house.nodes())

    def dies(run: RunDir, settings: Settings) -> Outcome:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        walk(run, settings, nodes={**nodes, killed: dies})
    before = list(house.entered)
    assert walk(run, settings, nodes=nodes).status is Status.OK
    assert house.entered[len(before) :][0] == killed
    assert [*before, *house.entered[len(before) :]] == ["clarify", "design", "compile", "report"]


def test_a_code_error_goes_to_design_and_success_makes_it_good(run: RunDir, settings: Settings) -> None:
    house = House(compile=[Status.CODE_ERROR, Status.CODE_ERROR, Status.OK])
    outcome = walk(run, settings, nodes=house.nodes())
    assert outcome.status is Status.OK
    assert house.entered == ["clarify", "design", "compile", "design", "compile", "design", "compile", "report"]


def test_an_endless_repair_is_given_up_with_the_errors_exit_code(run: RunDir, settings: Settings) -> None:
    house = House(compile=[Status.CODE_ERROR] * 99)
    outcome = walk(run, settings, nodes=house.nodes())
    assert outcome.status.exit_code is ExitCode.NO_CODE
    assert "gave up" in outcome.message
    assert house.entered.count("compile") <= settings.max_repairs + 2


def test_giving_up_and_missing_data_are_reported_and_keep_their_exit_code(run: RunDir, settings: Settings) -> None:
    for status, code in ((Status.GIVE_UP, 5), (Status.DATA_ERROR, 6), (Status.UNSUPPORTED, 8)):
        house = House(compile=[status])
        outcome = walk(run, settings.model_copy(update={"seed": int(code)}), nodes=house.nodes())
        assert int(outcome.status.exit_code) == code
        assert house.entered[-1] == "report"


def test_questions_stop_a_run_that_nobody_watches(run: RunDir, settings: Settings) -> None:
    house = House(clarify=[Status.NEEDS_ANSWERS])
    outcome = walk(run, settings, nodes=house.nodes())
    assert outcome.status.exit_code is ExitCode.NEEDS_INPUT
    assert house.entered == ["clarify"]


def test_questions_are_asked_where_somebody_watches(run: RunDir, settings: Settings) -> None:
    house = House(clarify=[Status.NEEDS_ANSWERS])
    asked: list[Questions] = []

    def ask(questions: Questions) -> Mapping[str, str]:
        asked.append(questions)
        return {"q": "a week later"}

    assert walk(run, settings, nodes=house.nodes(), ask=ask).status is Status.OK
    assert len(asked) == 1
    assert yaml.safe_load((run.path / "answers.yaml").read_text()) == {"q": "a week later"}


def interpret(parent: RunDir, child: RunDir, words: str, settings: Settings) -> Outcome:
    if words.startswith("stop"):
        child.write(SPEC, f"stop: {words.split()[1]}\n")
        return Outcome(Status.MODIFY_SPEC, words)
    if words == "rerun":
        return Outcome(Status.RERUN_BACKTEST, words)
    return Outcome({"done": Status.END, "code": Status.MODIFY_CODE}.get(words, Status.UNCLEAR), words)


def test_each_feedback_makes_a_child_of_the_last_good_run(run: RunDir, settings: Settings) -> None:
    house = House()
    walk(run, settings, nodes=house.nodes())
    house.entered.clear()
    steps: list[Step] = []
    outcome = iterate(
        run,
        settings,
        ["stop 3", "what?", "", "rerun", "done", "stop 9"],
        on_step=steps.append,
        interpret=interpret,
        nodes=house.nodes(),
    )
    assert outcome.status is Status.OK
    assert [step.intent.status.value for step in steps] == ["modify_spec", "unclear", "rerun_backtest", "end"]
    children = run.iterations()
    assert [child.path.name for child in children] == ["01", "02"]
    assert [str(change) for change in steps[0].spec] == ["stop: 2 → 3"]
    assert children[1].parent is not None and children[1].parent.path == children[0].path
    assert children[1].read(IDEA).feedback == ("stop 3", "rerun")
    # rerun keeps the code's design and does not ask what the idea means again
    assert house.entered == ["clarify", "design", "compile", "report", "design", "compile", "report"]


def test_feedback_that_fails_is_not_built_upon(run: RunDir, settings: Settings) -> None:
    house = House()
    walk(run, settings, nodes=house.nodes())
    broken = House(compile=[Status.DATA_ERROR])
    outcome = iterate(run, settings, ["stop 3", "stop 4"], interpret=interpret, nodes=broken.nodes())
    assert outcome.status is Status.OK
    second = run.iterations()[1]
    assert second.parent is not None and second.parent.path == run.path


def test_an_interpreter_that_raises_leaves_no_child(run: RunDir, settings: Settings) -> None:
    def fails(parent: RunDir, child: RunDir, words: str, settings: Settings) -> Outcome:
        raise RunDirError("no spec")

    with pytest.raises(RunDirError):
        iterate(run, settings, ["x"], interpret=fails, nodes=House().nodes())
    assert run.iterations() == []
