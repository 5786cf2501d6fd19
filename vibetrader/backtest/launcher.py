"""A locally built LEAN: `dotnet QuantConnect.Lean.Launcher.dll`."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

from vibetrader._util.processes import run
from vibetrader.backtest.embedded import prepare_output
from vibetrader.backtest.leanfiles import read_results
from vibetrader.backtest.protocol import BacktestRequest, Unavailable
from vibetrader.errors import NoResultError
from vibetrader.results.backtest import BacktestResult

LAUNCHER = "QuantConnect.Lean.Launcher.dll"


class LauncherBacktester:
    """Runs LEAN's launcher with .NET.

    Args:
        folder: Where `QuantConnect.Lean.Launcher.dll` lies: `Launcher/bin/Debug` of a built LEAN.
        dotnet: The command that starts it.
    """

    name = "launcher"

    def __init__(self, folder: Path | None, *, dotnet: str = "dotnet") -> None:
        self._folder = folder
        self._dotnet = dotnet

    def available(self) -> Unavailable | None:
        """The folder is known, LEAN is in it, .NET is there."""
        if self._folder is None:
            return Unavailable(
                "no folder of a built LEAN is set",
                "Build LEAN (`dotnet build`) and set VIBETRADER_LAUNCHER_DIR to its Launcher/bin/Debug.",
            )
        if not (self._folder / LAUNCHER).is_file():
            return Unavailable(
                f"{str(self._folder)!r} holds no {LAUNCHER}",
                "Build LEAN with `dotnet build QuantConnect.Lean.sln`, or correct VIBETRADER_LAUNCHER_DIR.",
            )
        if shutil.which(self._dotnet) is None:
            return Unavailable("the command `dotnet` is not there", "Install the .NET SDK that LEAN is built with.")
        return None

    def run(self, request: BacktestRequest) -> BacktestResult:
        """Run the project; see `Backtester.run`."""
        missing = self.available()
        if missing is not None:
            raise NoResultError(missing.reason, hint=missing.hint)
        assert self._folder is not None
        prepare_output(request.output)
        argv = [self._dotnet, LAUNCHER]
        options = {
            "environment": "backtesting",
            "algorithm-language": "Python",
            "algorithm-location": str((request.project / "main.py").resolve()),
            "algorithm-type-name": "main",
            "data-folder": str(request.data_folder.resolve()),
            "results-destination-folder": str(request.output.resolve()),
            "algorithm-id": request.id,
            "backtest-name": request.id,
            "close-automatically": "true",
        }
        for name, value in options.items():
            argv += [f"--{name}", value]
        if request.parameters:
            argv += ["--parameters", ",".join(f"{name}:{value}" for name, value in request.parameters.items())]
        # The launcher reads its config.json and assemblies from the folder it is started in.
        done = run(argv, timeout_s=request.timeout_s, cwd=self._folder)
        if done.timed_out:
            raise NoResultError(
                f"LEAN took longer than {request.timeout_s:g} s and was stopped", hint="Raise --backtest-timeout-s."
            )
        result = read_results(request.output)
        if result.status == "NoResult":
            # LEAN writes its log to stdout.
            said = next((line for line in reversed((done.stdout + done.stderr).splitlines()) if line.strip()), "")
            raise NoResultError(
                f"LEAN ended with code {done.returncode} and left no result: {said or 'it said nothing'}",
                hint=f"Its log, if any, is in {request.output}.",
            )
        return dataclasses.replace(result, engine=self.name, duration_s=done.duration_s)
