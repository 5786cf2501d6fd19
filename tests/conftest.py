"""What all tests share."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples in every run: a push is not to fail on what it did not touch. The nightly run draws anew.
settings.register_profile("steady", derandomize=True, deadline=None, database=None)
settings.register_profile("nightly", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


def shared_dir() -> Path | None:
    """The folder with LEAN's recordings: `VIBETRADER_SHARED`, or `../shared` beside the checkout; None when absent.

    In CI they must be there: skipping them would make a green run say little.
    """
    chosen = os.environ.get("VIBETRADER_SHARED")
    folder = Path(chosen) if chosen else Path(__file__).resolve().parents[2] / "shared"
    if folder.is_dir():
        return folder
    if os.environ.get("CI") == "true":
        raise RuntimeError(f"CI needs the recordings, and {folder} is not there")
    return None


def needs_shared(relative: str) -> Path:
    """A file or folder of the recordings; skips the test where they are absent."""
    folder = shared_dir()
    if folder is None:
        pytest.skip("needs LEAN's recordings: set VIBETRADER_SHARED, or put them beside the checkout as ../shared")
    return folder / relative


@pytest.fixture(autouse=True)
def _alone(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No network, no settings of the machine: a test gives the same result wherever it runs."""
    for name in list(os.environ):
        if name.startswith(("VIBETRADER_", "OPENAI_", "ANTHROPIC_")) and name != "VIBETRADER_SHARED":
            monkeypatch.delenv(name)
    # A port that nobody listens on: a machine without a network, found out at once.
    monkeypatch.setenv("VIBETRADER_BINANCE_REST_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("VIBETRADER_BINANCE_ARCHIVE_URL", "http://127.0.0.1:9")
    if request.node.get_closest_marker("network"):
        return
    real = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if self.family != socket.AF_UNIX and host not in ("127.0.0.1", "::1", "localhost"):
            raise RuntimeError(f"a test tried to reach {address!r}; mark it `network` if it must")
        real(self, address)  # type: ignore[arg-type]  # whatever address the caller gave

    monkeypatch.setattr(socket.socket, "connect", connect)
