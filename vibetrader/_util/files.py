"""Files written whole or not at all, and their hashes."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from vibetrader._util.clock import stopwatch


def atomic_write(path: Path, content: bytes | str, *, durable: bool = True) -> str:
    """Write a file so that a reader sees the old content or the new, never a part.

    A temporary file in the same folder is written, synced and renamed over `path`; parent folders are made.

    Args:
        durable: Sync to disk before the rename. False is for files that are cheap to make again.

    Returns:
        The sha256 of the content, hexadecimal.
    """
    data = content.encode() if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        # mkstemp gives 0600; a run directory is read by other users and by containers.
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return sha256_bytes(data)


def append_line(path: Path, line: str) -> None:
    """Append one line in a single write, so that lines of two processes never mix.

    A last line without its newline (its writer was killed) is closed first, so that it spoils only itself.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        size = os.fstat(descriptor).st_size
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        os.write(descriptor, (("\n" if torn else "") + line + "\n").encode())
    finally:
        os.close(descriptor)


class InUseError(Exception):
    """Another process holds a lock; `holder` is what it wrote about itself."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


@contextlib.contextmanager
def locked(path: Path, wait_s: float, *, note: str) -> Iterator[None]:
    """Hold a lock file alone; the kernel lets go of it when the holder dies.

    Args:
        note: What others may read in the file about who holds it.

    Raises:
        InUseError: Another process holds it and does not let go within `wait_s`.
        OSError: The file cannot be opened.
    """
    with path.open("a+") as handle:
        elapsed = stopwatch()
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if elapsed() >= wait_s:
                    handle.seek(0)
                    raise InUseError(handle.read().strip()) from None
                time.sleep(0.05)
        handle.truncate(0)
        handle.write(f"process {os.getpid()} {note}\n")
        handle.flush()
        try:
            yield
        finally:
            handle.truncate(0)


def sha256_bytes(data: bytes) -> str:
    """The sha256 of some bytes, hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: Path) -> str:
    """The sha256 of a file, hexadecimal, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
