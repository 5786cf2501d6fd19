"""A run directory: the only interface between nodes."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from vibetrader._util import jsonio
from vibetrader._util.clock import Clock, compact, iso, stopwatch, utc_now
from vibetrader._util.files import InUseError, append_line, atomic_write, locked, sha256_bytes, sha256_file
from vibetrader._util.suggest import did_you_mean
from vibetrader.errors import RunDirError
from vibetrader.results import Outcome
from vibetrader.results.ideas import Idea
from vibetrader.results.messages import CodeBlock, Message, MessageType
from vibetrader.rundir import layout
from vibetrader.rundir.artifact import Artifact
from vibetrader.rundir.journal import JournalLine
from vibetrader.rundir.manifest import (
    FORMAT_VERSION,
    Manifest,
    NodeRecord,
    Parent,
    package_versions,
    tool_version,
)
from vibetrader.settings import Settings

T = TypeVar("T")
Listener = Callable[[Message], None]
# Settings that decide how a command talks, not what it computes.
_PRESENTATION = {
    "interactive", "lock_wait_s", "runs_dir", "cache_dir", "today", "offline", "cassettes", "budget_usd",
    "budget_usd_per_day", "budget_tokens", "budget_tokens_per_day", "llm_max_calls", "llm_timeout_s", "llm_retries",
    "llm_cache",
}  # fmt: skip


class RunDir:
    """Reads and writes the artefacts of one run, whole and typed, and keeps its manifest and journal.

    Attributes:
        path: The directory.
        listeners: Called with each message as it is written; a terminal shows progress this way.
    """

    def __init__(self, path: Path, *, clock: Clock = utc_now) -> None:
        self.path = path
        self.listeners: list[Listener] = []
        self._clock = clock
        self._inputs: dict[str, str] | None = None
        self._outputs: dict[str, str] | None = None
        self._before: NodeRecord | None = None

    def __repr__(self) -> str:
        return f"RunDir({str(self.path)!r})"

    # ------------------------------------------------------------------ making and opening

    @classmethod
    def create(cls, words: str, settings: Settings, *, clock: Clock = utc_now, name: str = "") -> RunDir:
        """A new run directory for an idea: `<runs_dir>/<UTC time>-<slug>-<hash6>`, or of a given name."""
        now = clock()
        seedling = jsonio.canonical([words, settings.public()])
        for attempt in range(1000):
            digest = sha256_bytes(f"{seedling}{attempt or ''}".encode())[:6]
            path = settings.runs_dir / (name or f"{compact(now)}-{slug(words)}-{digest}")
            if name and path.exists():
                raise RunDirError(f"{str(path)!r} is there already", hint="Choose another folder.")
            if _make_new(path):
                run = cls(path, clock=clock)
                run._start_manifest(settings)
                run.write(layout.IDEA, Idea(text=words))
                return run
        raise RunDirError(f"no free name for a run directory in {str(settings.runs_dir)!r}")  # pragma: no cover

    @classmethod
    def open(cls, path: Path, *, clock: Clock = utc_now) -> RunDir:
        """An existing run directory.

        Raises:
            RunDirError: It is missing, no directory, or of a newer format.
        """
        if not path.exists():
            siblings = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
            hint = did_you_mean(path.name, siblings) or "`vibetrader runs list` shows what is there"
            raise RunDirError(f"run directory {str(path)!r} does not exist", hint=_sentence(hint))
        if not path.is_dir():
            raise RunDirError(f"{str(path)!r} is a file, not a run directory", hint="Give the folder it lies in.")
        run = cls(path, clock=clock)
        if run.has(layout.MANIFEST):
            # A newer format is told from its number alone, before fields that we do not know are judged.
            raw = run._parse(layout.MANIFEST, lambda text: jsonio.loads(text))
            version = raw.get("format_version") if isinstance(raw, dict) else None
            if isinstance(version, int) and version > FORMAT_VERSION:
                raise RunDirError(
                    f"{str(path)!r} has format version {version}; this VibeTrader reads up to {FORMAT_VERSION}",
                    hint="Use the VibeTrader that wrote it, or a newer one.",
                )
        return run

    @classmethod
    def open_project(cls, path: Path, settings: Settings, *, clock: Clock = utc_now) -> RunDir:
        """Any folder with a LEAN `main.py`; it gets a manifest if it has none."""
        return cls._adopted(path, layout.MAIN, "Give the folder of a LEAN project or of a run.", settings, clock)

    @classmethod
    def open_spec(cls, path: Path, settings: Settings, *, clock: Clock = utc_now) -> RunDir:
        """Any folder with a `spec.yaml`; it gets a manifest if it has none."""
        return cls._adopted(path, layout.SPEC, "Write one, or let `vibetrader clarify` do it.", settings, clock)

    @classmethod
    def _adopted(cls, path: Path, artifact: Artifact[Any], hint: str, settings: Settings, clock: Clock) -> RunDir:
        run = cls.open(path, clock=clock)
        if not run.has(artifact):
            raise RunDirError(f"{str(path)!r} has no {artifact.path}", hint=hint)
        if not run.has(layout.MANIFEST):
            run._start_manifest(settings)
        return run

    def child(self, settings: Settings) -> RunDir:
        """A new child run `iterations/NN` for a feedback on this run, with this run's files to change.

        The children of a run and of its children lie side by side in the first run's `iterations/`.
        """
        root = self.root
        number = max(root.iteration_numbers(), default=0)
        while True:
            number += 1
            path = root.path / layout.ITERATIONS_DIR / f"{number:02d}"
            if _make_new(path):
                break
        born = RunDir(path, clock=self._clock)
        born.listeners = self.listeners
        born._start_manifest(
            settings,
            trial=number + 1,
            today=self.manifest().today,
            parent=Parent(
                path=os.path.relpath(self.path, path),
                manifest_sha256=sha256_file(self.file(layout.MANIFEST)),
            ),
        )
        for artifact in (layout.IDEA, layout.SPEC, layout.BRIEF, layout.MAIN, layout.CONFIG):
            if self.has(artifact):
                born._put(artifact.path, self._bytes(artifact))
        return born

    @property
    def root(self) -> RunDir:
        """The run that the lineage began with."""
        if self.path.parent.name == layout.ITERATIONS_DIR:
            return RunDir(self.path.parent.parent, clock=self._clock)
        return self

    @property
    def parent(self) -> RunDir | None:
        """The run that this one changes, None for a first run."""
        if not self.has(layout.MANIFEST):
            return None
        link = self.manifest().parent
        return RunDir(Path(os.path.normpath(self.path / link.path)), clock=self._clock) if link else None

    def iteration_numbers(self) -> list[int]:
        """Numbers of the child runs, ascending."""
        folder = self.path / layout.ITERATIONS_DIR
        return sorted(int(p.name) for p in folder.iterdir() if p.name.isdigit()) if folder.is_dir() else []

    def iterations(self) -> list[RunDir]:
        """The child runs, in order."""
        folder = self.path / layout.ITERATIONS_DIR
        return [RunDir(folder / f"{number:02d}", clock=self._clock) for number in self.iteration_numbers()]

    # ------------------------------------------------------------------ artefacts

    def file(self, artifact: Artifact[Any]) -> Path:
        """Where an artefact lies."""
        return self.path / artifact.path

    def has(self, artifact: Artifact[Any]) -> bool:
        """The artefact is there."""
        return self.file(artifact).is_file()

    def read(self, artifact: Artifact[T]) -> T:
        """The value of an artefact.

        Raises:
            RunDirError: It is missing, torn, or not of its form; says which node writes it.
        """
        if artifact.appended:
            raise TypeError(f"{artifact.path} is read by lines()")
        if not self.has(artifact):
            writer = artifact.written_by[0] if artifact.written_by else ""
            raise RunDirError(
                f"{str(self.path)!r} has no {artifact.path}",
                hint=f"`vibetrader {writer} {self.path}` writes it." if writer else "",
            )
        return self._parse(artifact, artifact.decode)

    def lines(self, artifact: Artifact[T]) -> list[T]:
        """The lines of a growing artefact; a last line torn by a kill is left out."""
        if not self.has(artifact):
            return []
        text = self._bytes(artifact).decode(errors="replace")
        found: list[T] = []
        for number, line in enumerate(text.split("\n"), 1):
            if not line.strip():
                continue
            try:
                found.append(artifact.decode(line))
            except (ValueError, ValidationError) as error:
                # Lines are appended in one write: only a kill leaves a part of one, and that part is worth nothing.
                if not line.endswith("}"):
                    continue
                raise self._invalid(artifact, error, line=number) from error
        return found

    def write(self, artifact: Artifact[T], value: T) -> None:
        """Write an artefact whole."""
        if artifact.appended:
            raise TypeError(f"{artifact.path} is written by append() or write_lines()")
        self._put(artifact.path, artifact.encode(value).encode())

    def write_lines(self, artifact: Artifact[T], values: list[T]) -> None:
        """Write a growing artefact anew, whole."""
        self._put(artifact.path, "".join(artifact.encode(value) + "\n" for value in values).encode())

    def append(self, artifact: Artifact[T], value: T) -> None:
        """Append a line to a growing artefact."""
        with self._explained(artifact.path):
            append_line(self.file(artifact), artifact.encode(value))

    def remove(self, artifact: Artifact[Any]) -> None:
        """Take away an artefact that no longer holds."""
        with self._explained(artifact.path):
            self.file(artifact).unlink(missing_ok=True)
        if self._outputs is not None:
            self._outputs.pop(artifact.path, None)

    def write_file(self, relative: str, content: bytes | str) -> Path:
        """Write a file of a numbered series (`attempts/01/main.py`, `llm/001.json`) whole."""
        self._put(relative, content.encode() if isinstance(content, str) else content)
        return self.path / relative

    def next_attempt(self) -> str:
        """The relative folder of the next repair attempt, `attempts/NN`."""
        folder = self.path / layout.ATTEMPTS_DIR
        taken = [int(p.name) for p in folder.iterdir() if p.name.isdigit()] if folder.is_dir() else []
        return f"{layout.ATTEMPTS_DIR}/{max(taken, default=0) + 1:02d}"

    # ------------------------------------------------------------------ manifest, journal, messages

    def manifest(self) -> Manifest:
        """The manifest as it is on disk."""
        return self.read(layout.MANIFEST)

    def amend_manifest(self, **changes: object) -> None:
        """Set fields of the manifest."""
        self._put(
            layout.MANIFEST.path,
            layout.MANIFEST.encode(self.manifest().model_copy(update=changes)).encode(),
            note=False,
        )

    def today(self) -> date:
        """The day that relative dates of this run count from: the day it was made, however late it is resumed."""
        return date.fromisoformat(self.manifest().today)

    def say(
        self,
        message_type: MessageType,
        content: str,
        *,
        code: str | None = None,
        metadata: dict[str, Any] | None = None,
        metrics: dict[str, Any] | None = None,
        backtest_data: dict[str, Any] | None = None,
    ) -> None:
        """Tell the front ends something; `content` is Markdown."""
        message = Message(
            message_type=message_type,
            content=content,
            code_blocks=[CodeBlock(code=code, filename=layout.MAIN.path)] if code is not None else None,
            metadata=metadata,
            metrics=metrics,
            backtest_data=backtest_data,
        )
        self.append(layout.MESSAGES, message)
        for listener in self.listeners:
            listener(message)

    def progress(self, step: str, content: str, *, done: float | None = None, total: float | None = None) -> None:
        """Say how far a node is; with `done` and `total` a front end may draw a bar."""
        metadata: dict[str, Any] = {"step": step}
        if total:
            metadata |= {"done": done or 0, "total": total}
        self.say("progress", content, metadata=metadata)

    def whisper(self, content: str) -> None:
        """Tell who is watching how it goes, and keep nothing: how an answer trickles in is no part of the run."""
        message = Message(message_type="progress", content=content, metadata={"step": "waiting"})
        for listener in self.listeners:
            listener(message)

    def note(self, line: JournalLine) -> None:
        """Append a line to the journal."""
        self.append(layout.JOURNAL, line)

    def note_route(self, source: str, status: str, target: str) -> None:
        """Record a route taken."""
        self.note(JournalLine(time=iso(self._clock()), event="route", node=source, status=status, to=target))

    def note_error(self, message: str, trace: str, *, node: str = "") -> None:
        """Record a bug with its traceback."""
        self.note(JournalLine(time=iso(self._clock()), event="error", node=node, message=message, traceback=trace))

    # ------------------------------------------------------------------ nodes

    def visit(self, name: str, node: Callable[[RunDir, Settings], Outcome], settings: Settings) -> Outcome:
        """Run a node: journal its start and end, and record what it read and wrote.

        A node that is killed or raises leaves no record, so the next call runs it again.
        """
        elapsed = stopwatch()
        self.note(JournalLine(time=iso(self._clock()), event="start", node=name))
        self._before = self.manifest().nodes.get(name)
        self._forget(name)
        self._inputs, self._outputs = {}, {}
        try:
            outcome = node(self, settings)
            record = NodeRecord(
                status=outcome.status.value,
                message=outcome.message,
                settings_hash=settings_hash(settings),
                inputs=dict(sorted(self._inputs.items())),
                outputs=dict(sorted(self._outputs.items())),
            )
        finally:
            self._inputs = self._outputs = self._before = None
        manifest = self.manifest()
        self.amend_manifest(nodes={**manifest.nodes, name: record})
        self.note(
            JournalLine(
                time=iso(self._clock()),
                event="end",
                node=name,
                status=outcome.status.value,
                message=outcome.message,
                duration_s=round(elapsed(), 6),
            )
        )
        return outcome

    def is_own(self, artifact: Artifact[Any]) -> bool:
        """The artefact is as the node now running made it on its last visit, from other files than itself.

        What the node only changed or checked belongs to whoever wrote it.
        """
        before, path = self._before, artifact.path
        if before is None or path in before.inputs or not self.has(artifact):
            return False
        return before.outputs.get(path) == sha256_file(self.file(artifact))

    def fresh(self, name: str, settings: Settings) -> NodeRecord | None:
        """The record of a node that need not run: same settings, same inputs, its outputs untouched."""
        if not self.has(layout.MANIFEST):
            return None
        record = self.manifest().nodes.get(name)
        if record is None or record.settings_hash != settings_hash(settings):
            return None
        for path, digest in {**record.inputs, **record.outputs}.items():
            file = self.path / path
            if (sha256_file(file) if file.is_file() else "") != digest:
                return None
        return record

    def note_skip(self, name: str, record: NodeRecord) -> None:
        """Record that a fresh node was skipped."""
        self.note(JournalLine(time=iso(self._clock()), event="skip", node=name, status=record.status))

    @contextlib.contextmanager
    def lock(self, wait_s: float) -> Iterator[None]:
        """Hold the run directory alone; the kernel lets go of it when the holder dies.

        Raises:
            RunDirError: Another process holds it and does not let go within `wait_s`.
        """
        with self._explained(layout.LOCK_FILE), contextlib.ExitStack() as held:
            try:
                held.enter_context(
                    locked(self.path / layout.LOCK_FILE, wait_s, note=f"since {iso(self._clock())}")
                )
            except InUseError as error:
                raise RunDirError(
                    f"{str(self.path)!r} is in use by another process{f' ({error.holder})' if error.holder else ''}",
                    hint="Wait for it to end, or raise VIBETRADER_LOCK_WAIT_S.",
                ) from None
            release = held.pop_all()
        with release:
            yield

    # ------------------------------------------------------------------ inside

    def _start_manifest(
        self, settings: Settings, *, trial: int = 1, today: str | None = None, parent: Parent | None = None
    ) -> None:
        manifest = Manifest(
            created=iso(self._clock()),
            today=today or settings.today.isoformat(),
            tool_version=tool_version(),
            packages=package_versions(),
            settings=settings.public(),
            seed=settings.seed,
            trial=trial,
            parent=parent,
        )
        self._put(layout.MANIFEST.path, layout.MANIFEST.encode(manifest).encode(), note=False)

    def _forget(self, name: str) -> None:
        manifest = self.manifest()
        if name in manifest.nodes:
            self.amend_manifest(nodes={key: value for key, value in manifest.nodes.items() if key != name})

    def _put(self, relative: str, data: bytes, *, note: bool = True) -> None:
        with self._explained(relative):
            # Only what other nodes build on must outlive a power cut; a kill loses nothing either way.
            digest = atomic_write(self.path / relative, data, durable=relative == layout.MANIFEST.path)
        if note and self._outputs is not None:
            self._outputs[relative] = digest

    def _bytes(self, artifact: Artifact[Any]) -> bytes:
        try:
            data = self.file(artifact).read_bytes()
        except OSError as error:
            raise RunDirError(f"{str(self.file(artifact))!r} cannot be read: {error.strerror}") from error
        if self._inputs is not None and artifact is not layout.MANIFEST and artifact.path not in (self._outputs or {}):
            self._inputs.setdefault(artifact.path, sha256_bytes(data))
        return data

    def _parse(self, artifact: Artifact[Any], decode: Callable[[str], T]) -> T:
        try:
            return decode(self._bytes(artifact).decode("utf-8-sig"))
        except (ValueError, ValidationError) as error:
            raise self._invalid(artifact, error) from error

    def _invalid(self, artifact: Artifact[Any], error: Exception, *, line: int | None = None) -> RunDirError:
        if isinstance(error, ValidationError):
            first = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            reason = f"{where}: {first['msg']}" if where else str(first["msg"])
        else:
            reason = str(error)
        place = f"{self.file(artifact)}{f':{line}' if line else ''}"
        writer = artifact.written_by[0] if artifact.written_by else ""
        hint = (
            f"Mend it, or remove it and let `vibetrader {writer}` write it again." if writer else "Mend or remove it."
        )
        return RunDirError(f"{place} is torn or not valid: {reason}", hint=hint)

    @contextlib.contextmanager
    def _explained(self, relative: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise RunDirError(
                f"{str(self.path / relative)!r} cannot be written: {error.strerror or error}",
                hint="Choose a folder that can be written with --runs-dir, or free some space.",
            ) from error


def slug(words: str, *, limit: int = 32) -> str:
    """Words as a short file name: `RSI <30 buy` → `rsi-30-buy`; `idea` when nothing is left."""
    found = "-".join(re.findall(r"[a-z0-9]+", words[:200].lower()))
    return found[:limit].strip("-") or "idea"


def settings_hash(settings: Settings) -> str:
    """A hash of the settings that can change a node's output."""
    relevant = {name: value for name, value in settings.public().items() if name not in _PRESENTATION}
    return sha256_bytes(jsonio.canonical(relevant).encode())[:16]


def _make_new(path: Path) -> bool:
    """Make a directory; False when it is there already, so that two processes never share a new one."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir()
    except FileExistsError:
        if path.parent.is_dir():
            return False
        raise RunDirError(
            f"{str(path.parent)!r} is a file; run directories need a folder there",
            hint="Choose another folder with --runs-dir.",
        ) from None
    except OSError as error:
        raise RunDirError(
            f"run directory {str(path)!r} cannot be made: {error.strerror}",
            hint="Choose a folder that can be written with --runs-dir.",
        ) from error
    return True


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text[-1:] in "?.!" else ".")
