"""The run directory: names, artefacts, manifest, resuming, locks."""

from __future__ import annotations

import json
import multiprocessing
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vibetrader._util.clock import fixed
from vibetrader.errors import RunDirError
from vibetrader.results import Outcome, Status
from vibetrader.results.ideas import Choice, Idea, Question, Questions
from vibetrader.rundir import LAYOUT, RunDir
from vibetrader.rundir.layout import CONFIG, IDEA, JOURNAL, MAIN, MANIFEST, MESSAGES, METRICS, QUESTIONS, SPEC
from vibetrader.rundir.rundir import slug
from vibetrader.settings import Settings, load_settings

NOON = fixed(datetime(2026, 11, 24, 12, tzinfo=UTC))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"runs_dir": tmp_path / "runs", "lock_wait_s": 0.1}, environ={}, folder=tmp_path, clock=NOON)


@pytest.fixture
def run(settings: Settings) -> RunDir:
    return RunDir.create("RSI <30 buy", settings, clock=NOON)


def test_a_run_is_named_by_time_words_and_hash(run: RunDir, settings: Settings) -> None:
    assert run.path.name.startswith("20261124T120000Z-rsi-30-buy-")
    twin = RunDir.create("RSI <30 buy", settings, clock=NOON)
    assert twin.path != run.path
    assert run.read(IDEA) == Idea(text="RSI <30 buy")
    assert run.manifest().today == "2026-11-24"


@pytest.mark.parametrize(("words", "name"), [("买入 RSI", "rsi"), ("!!!", "idea"), ("a" * 99, "a" * 32), ("../x", "x")])
def test_a_slug_is_a_file_name_whatever_the_words(words: str, name: str) -> None:
    assert slug(words) == name


@pytest.mark.parametrize(
    "idea",
    [
        Idea(text="one\n\ntwo", feedback=("stop 3%", "line\nline")),
        Idea(text="", feedback=("x",)),
        Idea(text="holds <!-- feedback 1 --> inside", feedback=("a", "b")),
    ],
)
def test_ideas_survive_their_file(idea: Idea) -> None:
    assert Idea.from_markdown(idea.to_markdown()) == idea


def test_questions_survive_their_file(run: RunDir) -> None:
    asked = Questions(items=(Question(id="exit", field="long.exit", text="When?", choices=(Choice(value="a"),)),))
    run.write(QUESTIONS, asked)
    assert run.read(QUESTIONS) == asked


def test_every_artifact_has_a_name_a_writer_and_words() -> None:
    assert len({artifact.path for artifact in LAYOUT}) == len(LAYOUT)
    for artifact in LAYOUT:
        assert artifact.written_by and artifact.about.endswith(".")


def test_a_missing_artifact_says_who_writes_it(run: RunDir) -> None:
    with pytest.raises(RunDirError, match=r"has no spec.yaml") as caught:
        run.read(SPEC)
    assert "vibetrader clarify" in caught.value.hint


def test_a_torn_artifact_is_named(run: RunDir) -> None:
    run.file(METRICS).write_text('{"a": 1')
    with pytest.raises(RunDirError, match=r"metrics\.json is torn or not valid"):
        run.read(METRICS)
    run.file(MANIFEST).write_text("{}")
    with pytest.raises(RunDirError, match=r"manifest\.json is torn or not valid: created"):
        run.manifest()


def test_a_newer_format_is_refused_by_its_number(run: RunDir) -> None:
    raw = json.loads(run.file(MANIFEST).read_text())
    run.file(MANIFEST).write_text(json.dumps({**raw, "format_version": 99, "more": True}))
    with pytest.raises(RunDirError, match="format version 99"):
        RunDir.open(run.path)


def test_a_torn_last_line_is_left_out_and_the_next_one_is_whole(run: RunDir) -> None:
    run.say("text", "one")
    with run.file(MESSAGES).open("a") as file:
        file.write('{"message_type": "te')
    assert [m.content for m in run.lines(MESSAGES)] == ["one"]
    run.say("text", "two")
    assert [m.content for m in run.lines(MESSAGES)] == ["one", "two"]


def writer(words: str) -> object:
    def node(run: RunDir, settings: Settings) -> Outcome:
        run.read(IDEA)
        run.write(SPEC, words)
        return Outcome(Status.OK, "written")

    return node


def test_a_finished_visit_is_fresh_until_an_input_output_or_setting_changes(run: RunDir, settings: Settings) -> None:
    assert run.fresh("clarify", settings) is None
    run.visit("clarify", writer("a: 1"), settings)  # type: ignore[arg-type]
    record = run.fresh("clarify", settings)
    assert record is not None and set(record.inputs) == {"idea.md"} and set(record.outputs) == {"spec.yaml"}
    assert run.fresh("clarify", settings.model_copy(update={"interactive": True})) is not None
    assert run.fresh("clarify", settings.model_copy(update={"seed": 7})) is None
    run.file(SPEC).write_text("a: 2")
    assert run.fresh("clarify", settings) is None
    run.file(SPEC).write_text("a: 1")
    run.write(IDEA, Idea(text="another"))
    assert run.fresh("clarify", settings) is None


def test_a_node_that_raises_leaves_no_record(run: RunDir, settings: Settings) -> None:
    run.visit("design", lambda r, s: Outcome(Status.OK), settings)

    def fails(run: RunDir, settings: Settings) -> Outcome:
        raise RuntimeError("bug")

    with pytest.raises(RuntimeError):
        run.visit("design", fails, settings)
    assert run.fresh("design", settings) is None
    assert [(line.event, line.node) for line in run.lines(JOURNAL)][-1] == ("start", "design")


def test_a_node_knows_its_own_artifact_from_the_users(run: RunDir, settings: Settings) -> None:
    seen: list[bool] = []

    def node(run: RunDir, settings: Settings) -> Outcome:
        seen.append(run.is_own(SPEC))
        if not run.has(SPEC):
            run.write(SPEC, "a: 1")
        else:
            run.write(SPEC, run.read(SPEC))
        return Outcome(Status.OK)

    run.visit("clarify", node, settings)
    run.visit("clarify", node, settings)
    run.visit("clarify", node, settings)  # it read the file before: from then on it is somebody's
    run.file(SPEC).write_text("a: mine")
    run.visit("clarify", node, settings)
    assert seen == [False, True, False, False]


def test_a_child_has_its_parents_files_and_hash(run: RunDir, settings: Settings) -> None:
    run.write(SPEC, "a: 1")
    first = run.child(settings)
    second = first.child(settings)
    assert [child.path.name for child in run.iterations()] == ["01", "02"]
    assert second.path.parent == first.path.parent
    assert second.parent is not None and second.parent.path == first.path
    assert first.read(SPEC) == "a: 1"
    assert (first.manifest().trial, second.manifest().trial) == (2, 3)


def test_writing_where_a_file_stands_in_place_of_the_folder_is_explained(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(RunDirError, match="is a file") as caught:
        RunDir.create("RSI <30 buy", settings, clock=NOON)
    assert "--runs-dir" in caught.value.hint


def _hold(path: str, ready: object) -> None:
    with RunDir(Path(path)).lock(0):
        ready.set()  # type: ignore[attr-defined]
        time.sleep(30)


def test_a_second_process_waits_then_is_told_who_holds_the_directory(run: RunDir) -> None:
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    holder = context.Process(target=_hold, args=(str(run.path), ready))
    holder.start()
    try:
        assert ready.wait(20)
        with pytest.raises(RunDirError, match=f"process {holder.pid}"), run.lock(0.1):
            pass
    finally:
        holder.kill()
        holder.join()
    with run.lock(2):  # the kernel let go of the killed holder's lock
        pass


def test_any_folder_with_a_main_py_becomes_a_project(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(RunDirError, match=r"has no main\.py"):
        RunDir.open_project(tmp_path, settings)
    (tmp_path / "main.py").write_text("x = 1\n")
    project = RunDir.open_project(tmp_path, settings)
    assert project.read(MAIN) == "x = 1\n" and project.has(MANIFEST) and not project.has(CONFIG)
