"""The real `lean` command against a stand-in for Docker: it is never asked anything, and leaves no container behind."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import needs_shared
from tests.contract.docker_stand_in import Docker
from tests.contract.test_backtester import request_
from vibetrader.backtest.lean_cli import LeanCliBacktester
from vibetrader.backtest.protocol import BacktestRequest
from vibetrader.errors import NoResultError

LEAN = os.environ.get("VIBETRADER_TEST_LEAN") or shutil.which("lean") or str(Path(sys.executable).with_name("lean"))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path(LEAN).is_file(), reason="needs the lean CLI: pip install vibetrader[lean]"),
]

__all__ = ["request_"]

MODULES = json.dumps(
    {
        "modules": [
            {
                "id": "Local",
                "display-id": "Local",
                "type": ["data-downloader"],
                "platform": ["cli"],
                "configurations": [],
            }
        ]
    }
)
DOCKER = """#!{python}
import http.client, os, socket, sys
class Connection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect({socket!r})
connection = Connection("docker")
if sys.argv[1] == "info":
    connection.request("GET", "/info")
    print(connection.getresponse().read().decode())
else:
    assert sys.argv[1:3] == ["rm", "--force"], sys.argv
    connection.request("DELETE", "/containers/" + sys.argv[3] + "?force=1")
    connection.getresponse().read()
"""


@pytest.fixture(autouse=True)
def modules() -> Iterator[None]:
    """The CLI fetches a list of its cloud modules when it is imported, and fails without; a backtest needs none of it."""
    python = Path(LEAN).read_text().splitlines()[0].removeprefix("#!")
    code = "import importlib.util as u; print(u.find_spec('lean').submodule_search_locations[0])"
    package = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    names = set(re.findall(r'"(modules-[\d.]+\.json)"', (Path(package) / "models" / "__init__.py").read_text()))
    made = [Path(package) / name for name in names if not (Path(package) / name).exists()]
    for path in made:
        path.write_text(MODULES)
    yield
    for path in made:
        path.unlink(missing_ok=True)


@pytest.fixture
def docker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., tuple[Docker, LeanCliBacktester]]]:
    made: list[Docker] = []

    def make(*, hangs: bool = False) -> tuple[Docker, LeanCliBacktester]:
        socket = tmp_path / "d.sock"
        command = tmp_path / "docker"
        command.write_text(DOCKER.format(python=sys.executable, socket=str(socket)))
        command.chmod(0o755)
        monkeypatch.setenv("DOCKER_HOST", f"unix://{socket}")
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
        made.append(Docker(socket, needs_shared("lean/golden/raw/03_ema_cross"), hangs=hangs))
        return made[-1], LeanCliBacktester(lean=LEAN, docker=str(command))

    yield make
    for each in made:
        each.close()


def test_the_real_cli_gives_leans_result(
    docker: Callable[..., tuple[Docker, LeanCliBacktester]], request_: BacktestRequest
) -> None:
    stand_in, engine = docker()
    assert engine.available() is None
    result = engine.run(request_)
    assert result.completed and result.engine == "lean"
    assert result.order_list_hash == "c572232152c189d3337e8b578cac46e2"
    assert (request_.output / "03_ema_cross.json").is_file()
    assert not stand_in.containers
    assert not list(request_.project.glob(".lean-*"))


def test_a_container_that_hangs_is_removed(
    docker: Callable[..., tuple[Docker, LeanCliBacktester]], request_: BacktestRequest
) -> None:
    stand_in, engine = docker(hangs=True)
    with pytest.raises(NoResultError, match="longer than 12 s"):
        engine.run(dataclasses.replace(request_, timeout_s=12))
    assert not stand_in.containers and len(stand_in.removed) == 1
    assert not list(request_.project.glob(".lean-*"))


def test_an_interrupt_removes_the_container(
    docker: Callable[..., tuple[Docker, LeanCliBacktester]], request_: BacktestRequest, tmp_path: Path
) -> None:
    stand_in, _ = docker(hangs=True)
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from vibetrader.backtest.lean_cli import LeanCliBacktester\nfrom vibetrader.backtest.protocol import BacktestRequest\n"
        f"LeanCliBacktester(lean={LEAN!r}, docker={str(tmp_path / 'docker')!r}).run(BacktestRequest("
        f"Path({str(request_.project)!r}), Path({str(request_.data_folder)!r}), Path({str(request_.output)!r}), 'x'))\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not any(c["State"]["Status"] == "running" for c in stand_in.containers.values()):
        assert time.monotonic() < deadline and child.poll() is None
        threading.Event().wait(0.1)
    child.send_signal(signal.SIGINT)
    assert child.wait(30) != 0
    assert not stand_in.containers and len(stand_in.removed) == 1
    assert not list(request_.project.glob(".lean-*"))
