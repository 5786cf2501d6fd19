"""One suite for every backtest engine.

`embedded` is the real one. `launcher` and `lean` meet stand-ins for .NET, Docker and the CLI that leave LEAN's recorded
files where the real ones would: what is tested is how we call them and what we make of what they leave.
"""

from __future__ import annotations

import json
import shutil
import stat
import sys
from pathlib import Path

import pytest

from tests.conftest import needs_shared
from vibetrader.backtest.embedded import EmbeddedBacktester
from vibetrader.backtest.launcher import LAUNCHER, LauncherBacktester
from vibetrader.backtest.lean_cli import LeanCliBacktester
from vibetrader.backtest.protocol import Backtester, BacktestRequest
from vibetrader.errors import NoResultError

CASE = "strategies/03_ema_cross"
STAND_IN = """#!{python}
import json, pathlib, shutil, sys, time
here = pathlib.Path(__file__).parent
(here / "called.json").write_text(json.dumps(sys.argv[1:]))
{body}
"""
COPY = """
for path in pathlib.Path({source!r}).iterdir():
    shutil.copyfile(path, out / path.name.replace("03_ema_cross", {drawn!r}))
"""


def command(folder: Path, name: str, body: str) -> str:
    path = folder / name
    path.write_text(STAND_IN.format(python=sys.executable, body=body))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def called(folder: Path) -> list[str]:
    return list(json.loads((folder / "called.json").read_text()))


@pytest.fixture
def request_(tmp_path: Path) -> BacktestRequest:
    project = tmp_path / "project"
    project.mkdir()
    shutil.copyfile(needs_shared(f"lean/golden/{CASE}/main.py"), project / "main.py")
    meta = json.loads(needs_shared(f"lean/golden/{CASE}/strategy.json").read_text())
    parameters = {name: str(value) for name, value in (meta.get("parameters") or {}).items()}
    (project / "config.json").write_text(json.dumps({"parameters": {"fast": "1", "kept": "yes"}}))
    data = tmp_path / "data"
    shutil.copytree(needs_shared("lean/golden/Data/crypto/binance/daily"), data / "crypto/binance/daily")
    for name in ("market-hours", "symbol-properties"):
        shutil.copytree(needs_shared(f"lean/Data/{name}"), data / name)
    return BacktestRequest(project, data, project / "backtest", "03_ema_cross", parameters, timeout_s=60)


def launcher(tmp_path: Path, body: str) -> LauncherBacktester:
    folder = tmp_path / "built"
    folder.mkdir()
    (folder / LAUNCHER).write_bytes(b"")
    out = "out = pathlib.Path(sys.argv[sys.argv.index('--results-destination-folder') + 1])\n"
    return LauncherBacktester(folder, dotnet=command(folder, "dotnet", out + body))


def lean_cli(tmp_path: Path, body: str) -> LeanCliBacktester:
    folder = tmp_path / "bin"
    folder.mkdir()
    docker = folder / "docker-home"
    docker.mkdir()
    out = (
        "out = pathlib.Path(sys.argv[sys.argv.index('--output') + 1])\n"
        "assert out.is_relative_to(pathlib.Path(sys.argv[sys.argv.index('--lean-config') + 1]).parent)\n"
        "(out / 'config').write_text(json.dumps({'id': 1, 'container': 'lean_cli_x'}))\n"
        "shutil.copyfile(pathlib.Path(sys.argv[2]) / 'config.json', here / 'seen-config.json')\n"
    )
    return LeanCliBacktester(
        lean=command(folder, "lean", out + body), docker=command(docker, "docker", "print('27.0')")
    )


@pytest.fixture(params=["embedded", "launcher", "lean"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Backtester:
    source = str(needs_shared("lean/golden/raw/03_ema_cross"))
    if request.param == "launcher":
        return launcher(tmp_path, COPY.format(source=source, drawn="03_ema_cross"))
    if request.param == "lean":
        return lean_cli(tmp_path, COPY.format(source=source, drawn="1234567890"))
    return EmbeddedBacktester()


def test_every_engine_gives_leans_result_and_files(engine: Backtester, request_: BacktestRequest) -> None:
    assert engine.available() is None
    request_.output.mkdir()
    (request_.output / "old.json").write_text("{}")  # of an earlier run
    result = engine.run(request_)
    assert result.completed and result.engine == engine.name
    assert result.order_list_hash == "c572232152c189d3337e8b578cac46e2"
    assert result.statistics["Net Profit"] == "968.242%"
    assert len(result.closed_trades) == 25 and result.duration_s > 0
    names = {path.name for path in request_.output.iterdir()}
    assert {"03_ema_cross.json", "03_ema_cross-summary.json", "03_ema_cross-order-events.json", "log.txt"} <= names
    assert "old.json" not in names


@pytest.mark.parametrize("make", [launcher, lean_cli])
def test_an_engine_that_leaves_nothing_is_an_error_with_its_last_words(
    make: object, tmp_path: Path, request_: BacktestRequest
) -> None:
    engine = make(tmp_path, "print('the image is gone'); sys.exit(1)")  # type: ignore[operator]  # either maker
    with pytest.raises(NoResultError, match="the image is gone"):
        engine.run(request_)


@pytest.mark.parametrize("make", [launcher, lean_cli])
def test_an_engine_that_hangs_is_stopped(make: object, tmp_path: Path, request_: BacktestRequest) -> None:
    import dataclasses

    engine = make(tmp_path, "time.sleep(60)")  # type: ignore[operator]  # either maker
    with pytest.raises(NoResultError, match=r"longer than 1 s"):
        engine.run(dataclasses.replace(request_, timeout_s=1))
    assert not list(request_.project.glob(".lean-*"))
    if make is lean_cli:
        assert called(tmp_path / "bin" / "docker-home") == ["rm", "--force", "lean_cli_x"]


def test_the_launcher_gets_everything_on_its_command_line(tmp_path: Path, request_: BacktestRequest) -> None:
    source = str(needs_shared("lean/golden/raw/03_ema_cross"))
    launcher(tmp_path, COPY.format(source=source, drawn="03_ema_cross")).run(request_)
    argv = called(tmp_path / "built")
    assert argv[0] == LAUNCHER
    options = dict(zip(argv[1::2], argv[2::2], strict=True))
    assert options["--data-folder"] == str(request_.data_folder.resolve())
    assert options["--algorithm-id"] == "03_ema_cross" and options["--close-automatically"] == "true"
    assert options["--parameters"] == ",".join(f"{k}:{v}" for k, v in request_.parameters.items())


def test_the_cli_sees_the_projects_parameters_and_this_runs(tmp_path: Path, request_: BacktestRequest) -> None:
    source = str(needs_shared("lean/golden/raw/03_ema_cross"))
    lean_cli(tmp_path, COPY.format(source=source, drawn="1")).run(request_)
    seen = json.loads((tmp_path / "bin" / "seen-config.json").read_text())
    assert seen["parameters"] == {"fast": "1", "kept": "yes"} | dict(request_.parameters)
    assert not list(request_.project.glob(".lean-*"))


def test_what_is_missing_is_named_with_the_way_to_get_it(tmp_path: Path) -> None:
    for engine in (
        LauncherBacktester(None),
        LauncherBacktester(tmp_path),
        LeanCliBacktester(lean=str(tmp_path / "no-lean")),
        LeanCliBacktester(lean=sys.executable, docker=str(tmp_path / "no-docker")),
    ):
        missing = engine.available()
        assert missing is not None and missing.reason and missing.hint
