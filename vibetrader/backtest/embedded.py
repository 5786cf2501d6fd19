"""The embedded engine in a child process."""

from __future__ import annotations

import compileall
import contextlib
import dataclasses
import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from vibetrader._util.processes import Child
from vibetrader.backtest import sandbox
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
        output = request.output.resolve()
        readable = [request.project, request.data_folder]
        if request.columns is not None and request.columns.is_dir():
            readable.append(request.columns)
        policy = sandbox.Policy(
            read=tuple(str(folder.resolve()) for folder in readable),
            write=(str(output),),
            cpu_s=int(request.timeout_s) + 1,
            memory_mb=request.memory_mb,
            mode=request.sandbox,
        )
        arguments = [
            str(request.project.resolve()),
            "--data-folder",
            str(request.data_folder.resolve()),
            "--output",
            str(output),
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
            "folder": str(request.project.resolve()),
            "arguments": arguments,
        }
        child = _Ready.take()
        child.tell(json.dumps(order) + "\n")
        done = child.ended(request.timeout_s)
        if done.timed_out:
            raise NoResultError(
                f"the backtest took longer than {request.timeout_s:g} s and was stopped",
                hint="Look for a loop that does not end, shorten the period, or raise --backtest-timeout-s.",
            )
        last = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "")
        if done.returncode == ExitCode.UNSUPPORTED_LEAN:
            raise UnsupportedLeanFeature(last, hint="`vibetrader lean-support` lists what the embedded engine has.")
        result = read_results(request.output)
        if result.status == "NoResult":
            raise NoResultError(
                f"the engine ended with code {done.returncode} and left no result: {last or 'it said nothing'}",
                hint=f"The engine's log is {request.output / 'log.txt'}.",
            )
        protections = () if request.sandbox == "off" else sandbox.available()
        return dataclasses.replace(result, engine=self.name, duration_s=done.duration_s, protections=protections)


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
