"""Child processes that end: with a time limit, a bound on their output, and everything they started."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
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
        duration_s: Wall time in seconds.
    """

    returncode: int
    stdout: str
    stderr: str
    timed_out: bool
    duration_s: float


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
    elapsed = stopwatch()
    # Files rather than pipes: a grandchild that outlives the child cannot keep us waiting for the end of a pipe.
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = subprocess.Popen(
            [str(part) for part in argv],
            cwd=cwd,
            env=None if env is None else dict(env),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        timed_out = True
        try:
            timed_out = not ends_within(child, timeout_s)
        finally:
            kill_group(child)
        return Completed(child.returncode, _kept(out, max_output), _kept(err, max_output), timed_out, elapsed())


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
