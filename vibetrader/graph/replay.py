"""Makes a run again from what its directory holds, without a network, and compares the bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

import yaml

from vibetrader._util.clock import Clock, fixed
from vibetrader._util.files import sha256_file
from vibetrader.errors import ProviderError, RunDirError
from vibetrader.graph import routes
from vibetrader.graph.iteration import interpret_reply, take
from vibetrader.graph.nodes import NODES
from vibetrader.graph.runner import Asker, walk
from vibetrader.results import Outcome, Status
from vibetrader.rundir import RunDir
from vibetrader.rundir.artifact import Artifact
from vibetrader.rundir.layout import (
    ANSWERS,
    CONFIG,
    GATES,
    IDEA,
    JOURNAL,
    LOCK_FILE,
    MAIN,
    MANIFEST,
    SPEC,
)
from vibetrader.settings import Settings

# What tells when and where a run was made; everything else is the run.
_OF_THE_MAKING = {MANIFEST.path, JOURNAL.path, LOCK_FILE, GATES.path}


@dataclass(frozen=True, slots=True)
class Compared:
    """A file of the run and how the replay's came out."""

    path: str
    state: Literal["same", "different", "missing", "extra"]


@dataclass(frozen=True, slots=True)
class Replay:
    """A run made again.

    Attributes:
        outcome: How the replay ended.
        run: The new run directory.
        files: Every file of either run, by path.
    """

    outcome: Outcome
    run: RunDir
    files: tuple[Compared, ...]

    @property
    def is_same(self) -> bool:
        """Every byte came out as it was."""
        return all(file.state == "same" for file in self.files)


def replay(source: RunDir, settings: Settings) -> Replay:
    """Make `source` and its iterations again below `settings.runs_dir`.

    Model answers come from the recorded calls, time from the manifest; the network is closed.

    Raises:
        RunDirError: The directory holds no run, or only a part of one.
    """
    if source.root.path != source.path:
        raise RunDirError(
            f"{str(source.path)!r} is an iteration; a lineage is replayed as a whole",
            hint=f"`vibetrader replay {source.root.path}` does it.",
        )
    new = RunDir.create(
        source.read(IDEA).text, _settings_of(source, settings), clock=_clock_of(source), name=source.path.resolve().name
    )
    outcome = _outcome_of(lambda: _first(source, new, settings))
    made = {source.path.resolve(): new}
    for child in source.iterations():
        parent = child.parent
        base = made.get(parent.path.resolve()) if parent is not None else None
        feedback = child.read(IDEA).feedback if child.has(IDEA) else ()
        if base is None or not feedback:
            continue
        outcome = _outcome_of(partial(_next, child, base, feedback[-1], settings))
        born = new.iterations()
        if born and born[-1].path.name == child.path.name:
            made[child.path.resolve()] = born[-1]
    return Replay(outcome, new, tuple(_compared(source.path, new.path)))


def _first(source: RunDir, new: RunDir, settings: Settings) -> Outcome:
    """The first run of the lineage: from the idea, or from the spec or the program that somebody else wrote."""
    nodes = source.manifest().nodes
    if routes.CLARIFY in nodes or not nodes:
        start = routes.CLARIFY
        given: tuple[Artifact[str] | Artifact[dict[str, Any]], ...] = (
            (SPEC,) if nodes and SPEC.path in nodes[routes.CLARIFY].inputs else ()
        )
    elif routes.DESIGN in nodes:
        start, given = routes.DESIGN, (SPEC,)
    else:
        start, given = routes.COMPILE, (MAIN, CONFIG)
    for artifact in given:
        if source.has(artifact):
            new.write_file(artifact.path, source.file(artifact).read_bytes())
    chosen = _settings_of(source, settings)
    with new.lock(settings.lock_wait_s):
        return walk(new, chosen, start=start, ask=_answers_of(source))


def _next(child: RunDir, base: RunDir, words: str, settings: Settings) -> Outcome:
    """An iteration of the lineage, from the same words."""
    chosen = _settings_of(child, settings)
    base = RunDir.open(base.path, clock=_clock_of(child))
    return take(base, words, chosen, ask=_answers_of(child), interpret=interpret_reply, nodes=NODES).outcome


def _clock_of(run: RunDir) -> Clock:
    """The moment at which a run was made."""
    return fixed(datetime.fromisoformat(run.manifest().created))


def _settings_of(run: RunDir, settings: Settings) -> Settings:
    """The settings that a run was made with, on this machine and without a network."""
    manifest = run.manifest()
    here = {name: getattr(settings, name) for name in ("cache_dir", "lock_wait_s", "runs_dir")}
    return Settings.model_validate(
        {
            **manifest.settings,
            **here,
            "today": manifest.today,
            "offline": True,
            "interactive": False,
            "answers_file": None,
            "cassettes": run.root.path,
        }
    )


def _answers_of(run: RunDir) -> Asker | None:
    """A person who answers as the run's person did."""
    if not run.has(ANSWERS):
        return None
    given = {str(key): str(value) for key, value in yaml.safe_load(run.read(ANSWERS)).items()}
    return lambda questions: given


def _outcome_of(work: Callable[[], Outcome]) -> Outcome:
    """How it ended, an error of the run's included: a run that failed is replayed like any other."""
    try:
        return work()
    except ProviderError as error:
        return Outcome(Status.INFRASTRUCTURE_ERROR, error.message, error.hint)


def _compared(source: Path, new: Path) -> Iterator[Compared]:
    before, after = (_hashes(folder) for folder in (source, new))
    for path in sorted({*before, *after}):
        if path not in after:
            yield Compared(path, "missing")
        elif path not in before:
            yield Compared(path, "extra")
        else:
            yield Compared(path, "same" if before[path] == after[path] else "different")


def _hashes(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name not in _OF_THE_MAKING)
    return {path.relative_to(folder).as_posix(): sha256_file(path) for path in files}
