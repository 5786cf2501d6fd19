"""The embedded engine in a child process."""

from __future__ import annotations

import compileall
import contextlib
import dataclasses
import hmac
import json
import os
import re
import secrets
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from vibetrader._util.processes import Child, Completed
from vibetrader.backtest import sandbox
from vibetrader.backtest.audit import contradictions
from vibetrader.backtest.guard import MARK, seal_of
from vibetrader.backtest.leanfiles import read_results
from vibetrader.backtest.protocol import BacktestRequest, Unavailable
from vibetrader.errors import ExitCode, NoResultError, UnsupportedLeanFeature
from vibetrader.results.backtest import BacktestResult


class EmbeddedBacktester:
    """Runs `python -m vibetrader.engine`: no Docker, no .NET, no network."""

    name = "embedded"

    def available(self) -> Unavailable | None:
        """It is always there."""
        return None

    def run(self, request: BacktestRequest) -> BacktestResult:
        """Run the project in a contained child; see `Backtester.run`."""
        prepare_output(request.output)
        sandbox.refuse_if_weak(request.sandbox)
        # The strategy's process never writes in the run directory: what it left is looked at first, then moved there.
        scratch = Path(tempfile.mkdtemp(prefix="vibetrader-")).resolve()
        try:
            return self._run(request, scratch)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _run(self, request: BacktestRequest, scratch: Path) -> BacktestResult:
        secret = secrets.token_hex(32)
        done = self._child(request, scratch, secret)
        last = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "")
        if done.timed_out:
            _take(scratch, request.output)
            raise NoResultError(
                f"the backtest took longer than {request.timeout_s:g} s and was stopped",
                hint="Look for a loop that does not end, shorten the period, or raise --backtest-timeout-s.",
            )
        if done.returncode == ExitCode.UNSUPPORTED_LEAN:
            raise UnsupportedLeanFeature(last, hint="`vibetrader lean-support` lists what the embedded engine has.")
        _refuse_unsealed(done, last, scratch, secret, is_bare=request.sandbox == "off")
        _take(scratch, request.output)
        result = read_results(request.output)
        if result.status == "NoResult":
            raise NoResultError(
                f"the engine ended with code {done.returncode} and left no result: {last or 'it said nothing'}",
                hint=f"The engine's log is {request.output / 'log.txt'}.",
            )
        wrong = contradictions(result, (request.project / "main.py").read_text(encoding="utf-8", errors="replace"))
        if wrong:
            prepare_output(request.output)
            raise NoResultError(
                f"{TAMPERED}: {wrong[0]}",
                hint="The result does not add up, so it is not used; look at what the strategy does to the engine's objects.",
            )
        protections = () if request.sandbox == "off" else sandbox.available()
        return dataclasses.replace(result, engine=self.name, duration_s=done.duration_s, protections=protections)

    def _child(self, request: BacktestRequest, scratch: Path, secret: str) -> Completed:
        project = str(request.project.resolve())
        readable = [request.project, request.data_folder]
        if request.columns is not None and request.columns.is_dir():
            readable.append(request.columns)
        policy = sandbox.Policy(
            read=tuple(str(folder.resolve()) for folder in readable),
            write=(str(scratch),),
            cpu_s=int(request.timeout_s) + 1,
            memory_mb=request.memory_mb,
            mode=request.sandbox,
        )
        arguments = [
            project,
            "--data-folder",
            str(request.data_folder.resolve()),
            "--output",
            str(scratch),
            "--id",
            request.id,
        ]
        if request.now is not None:
            arguments += ["--now", request.now.isoformat()]
        if len(readable) > 2:
            arguments += ["--columns", str(readable[2].resolve())]
        for name, value in request.parameters.items():
            arguments += ["-p", f"{name}={value}"]
        order = {
            "policy": dataclasses.asdict(policy),
            "folder": project,
            "output": str(scratch),
            "arguments": arguments,
            "secret": secret,
        }
        child = _Ready.take()
        child.tell(json.dumps(order) + "\n")
        return child.ended(request.timeout_s, watch=lambda: _is_flooded(scratch))


#: First words of a refusal of a result that the strategy had a hand in.
TAMPERED: Final = "the strategy tampered with its own result"
_MAX_FILES, _MAX_BYTES = 20_000, 2 << 30


def _refuse_unsealed(done: Completed, last: str, scratch: Path, secret: str, *, is_bare: bool) -> None:
    """Raise unless the engine itself, and nothing else, wrote the result."""
    if done.flooded:
        raise NoResultError(
            "the strategy wrote more files or bytes than a result may have and was stopped",
            hint="Log less, and keep what the strategy saves small.",
        )
    if done.returncode == 72:
        raise NoResultError(f"{TAMPERED}: {last}", hint="Use LEAN's own API; the engine's parts may not be changed.")
    if is_bare or done.returncode == 71:
        return
    words = next((line.split() for line in reversed(done.stdout.splitlines()) if line.startswith(MARK)), [])
    if len(words) == 2 and hmac.compare_digest(words[1], seal_of(secret, scratch)):
        return
    if done.returncode < 0:
        name = signal.Signals(-done.returncode).name
        if name in ("SIGXCPU", "SIGKILL"):
            raise NoResultError(
                f"the backtest took longer than its time and was stopped ({name})", hint="Look for a loop."
            )
        raise NoResultError(f"the strategy's process crashed ({name})", hint="Look for code that ends its own process.")
    said = last if "Error" in last else ""
    raise NoResultError(
        f"the strategy ended its own process before the engine had a result{': ' + said if said else ''}",
        hint="Use self.quit() to end a run early.",
    )


def _is_flooded(folder: Path) -> bool:
    """What a strategy has written is beyond all measure."""
    files = size = 0
    for path, _, names in os.walk(folder):
        for name in names:
            files += 1
            with contextlib.suppress(OSError):
                size += os.lstat(os.path.join(path, name)).st_size  # noqa: PTH118 (an inner loop over many files)
        if files > _MAX_FILES or size > _MAX_BYTES:
            return True
    return False


def _take(source: Path, output: Path) -> None:
    """Move plain files and folders; links and devices, which cannot be there, stay behind."""
    for path in sorted(source.iterdir()):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            continue
        if path.is_dir():
            shutil.copytree(path, output / path.name, symlinks=True, dirs_exist_ok=True)
        else:
            shutil.move(path, output / path.name)


class _Ready:
    """The process that waits for the next order, if one does."""

    _child: Child | None = None

    @classmethod
    def make(cls) -> None:
        """Start one unless one waits."""
        if cls._child is None:
            _compile_engine()
            cls._child = _start()

    @classmethod
    def take(cls) -> Child:
        """The waiting one, or one started now."""
        child, cls._child = cls._child, None
        if child is None:
            _compile_engine()
            child = _start()
        return child

    @classmethod
    def dismiss(cls) -> None:
        """End the waiting one."""
        if cls._child is not None:
            cls._child.discard()
            cls._child = None


@contextlib.contextmanager
def ready() -> Iterator[None]:
    """Have a process load the engine while the caller does something else; the next `run` in here uses it."""
    _Ready.make()
    try:
        yield
    finally:
        _Ready.dismiss()


def _start() -> Child:
    # -s: no packages of the user's home; -P: no module of the working folder in front of the library's.
    argv = [sys.executable, "-s", "-P", "-m", "vibetrader.backtest.contained"]
    return Child(argv, env=child_environment(), takes_input=True)


def _compile_engine() -> None:
    """Byte-compile the engine where no installer did: its process may not write, and would compile at each start."""
    if not sys.dont_write_bytecode:
        compileall.compile_dir(Path(__file__).parents[1] / "engine", quiet=2)


def prepare_output(output: Path) -> None:
    """An empty result folder: what an earlier run left must not pass for this one's result."""
    if output.is_dir():
        shutil.rmtree(output)
    output.mkdir(parents=True)


def child_environment() -> dict[str, str]:
    """The environment of a strategy's process: nothing of the user's but a place to find libraries; no key gets in."""
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }


def algorithm_id(project: Path) -> str:
    """The stem of the result files for a project: its folder's name, made fit for a file name."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", project.resolve().name).strip("-.") or "algorithm"
