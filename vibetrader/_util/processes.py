"""Child processes that end: with a time limit, a bound on their output, and everything they started."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from vibetrader._util.clock import stopwatch


@dataclass(frozen=True, slots=True)
class Completed:
    """How a child process ended.

    Attributes:
        returncode: Its exit code; negative is the signal that ended it.
        timed_out: It was killed because its time was up.
        flooded: It was killed because its watcher wanted it.
        duration_s: Wall time in seconds.
    """

    returncode: int
    stdout: str
    stderr: str
    timed_out: bool
    duration_s: float
    flooded: bool = False


class Child:
    """A started command in a session of its own, its output kept in files.

    Files rather than pipes: a grandchild that outlives the child cannot keep us waiting for the end of a pipe.
    """

    def __init__(
        self,
        argv: Sequence[str | Path],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        takes_input: bool = False,
    ) -> None:
        self._out, self._err = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115 (`ended` closes them)
        self._process = subprocess.Popen(
            [str(part) for part in argv],
            cwd=cwd,
            env=None if env is None else dict(env),
            stdin=subprocess.PIPE if takes_input else subprocess.DEVNULL,
            stdout=self._out,
            stderr=self._err,
            start_new_session=True,
        )

    def tell(self, text: str) -> None:
        """Give the child its whole input; one that has ended already says so by how it ended."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(text.encode())
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()

    def ended(
        self, timeout_s: float, *, max_output: int = 1_000_000, watch: Callable[[], bool] | None = None
    ) -> Completed:
        """Wait for its end or its time limit; then nothing that it started is left.

        Args:
            watch: Asked every second; True ends it.
        """
        elapsed = stopwatch()
        timed_out, flooded = True, False
        try:
            left = timeout_s
            while left > 0 and not flooded:
                timed_out = not ends_within(self._process, min(left, 1.0) if watch else left)
                if not timed_out:
                    break
                flooded = watch is not None and watch()
                left = timeout_s - elapsed()
        finally:
            self.kill()
        told = [_kept(file, max_output) for file in (self._out, self._err)]
        self._out.close()
        self._err.close()
        return Completed(self._process.returncode, told[0], told[1], timed_out and not flooded, elapsed(), flooded)

    def kill(self) -> None:
        """End it with all that it started."""
        kill_group(self._process)
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()

    def discard(self) -> None:
        """End it and forget what it said."""
        self.kill()
        self._out.close()
        self._err.close()


def run(
    argv: Sequence[str | Path],
    *,
    timeout_s: float,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    max_output: int = 1_000_000,
) -> Completed:
    """Run a command to its end or to its time limit; its whole process group is killed at the limit.

    Args:
        env: The complete environment of the child; None inherits ours.
        max_output: Bytes kept of each of stdout and stderr; of more the head and the tail are kept.

    Raises:
        FileNotFoundError: There is no such command.
    """
    return Child(argv, cwd=cwd, env=env).ended(timeout_s, max_output=max_output)


def ends_within(child: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait for a child's end, at most so long; True when it has ended."""
    if hasattr(os, "pidfd_open"):
        # Popen.wait with a timeout looks only every 50 ms; the kernel tells at once.
        handle = os.pidfd_open(child.pid)
        try:
            watch = select.poll()
            watch.register(handle, select.POLLIN)
            watch.poll(seconds * 1000)
        finally:
            os.close(handle)
        return child.poll() is not None
    try:
        child.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def kill_group(child: subprocess.Popen[bytes]) -> None:
    """Kill a child started in its own session, and all that it started in that session."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _kept(file: IO[bytes], limit: int) -> str:
    file.seek(0, os.SEEK_END)
    size = file.tell()
    file.seek(0)
    if size <= limit:
        return file.read().decode(errors="replace")
    head = file.read(limit // 2)
    file.seek(size - limit // 2)
    tail = file.read()
    return f"{head.decode(errors='replace')}\n… {size - limit} bytes left out …\n{tail.decode(errors='replace')}"
