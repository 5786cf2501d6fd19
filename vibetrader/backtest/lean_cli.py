"""The `lean` command with Docker."""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from vibetrader._util import jsonio
from vibetrader._util.processes import run
from vibetrader.backtest.embedded import prepare_output
from vibetrader.backtest.leanfiles import main_result_file, read_results
from vibetrader.backtest.protocol import BacktestRequest, Unavailable
from vibetrader.errors import NoResultError
from vibetrader.results.backtest import BacktestResult

_SOURCES = ("*.py", "config.json", "requirements.txt")


class LeanCliBacktester:
    """Runs `lean backtest` on a copy of the project beside its output folder.

    The copy has a lean.json of its own, so no account, login or workspace of the user is asked for or changed.

    Args:
        image: Docker image of LEAN; empty for the one the CLI chooses.
        lean: The command of the CLI.
        docker: The command of Docker.
    """

    name = "lean"

    def __init__(self, image: str = "", *, lean: str = "lean", docker: str = "docker") -> None:
        self._image = image
        self._lean = lean
        self._docker = docker

    def available(self) -> Unavailable | None:
        """The CLI is installed and Docker answers without sudo."""
        if shutil.which(self._lean) is None:
            return Unavailable("the command `lean` is not there", "Install it with `pip install vibetrader[lean]`.")
        if shutil.which(self._docker) is None:
            return Unavailable("Docker is not installed", "Install Docker Engine or Docker Desktop.")
        # Without rights to Docker the CLI would start itself again through sudo, and ask for a password.
        asked = run([self._docker, "info", "--format", "{{.ServerVersion}}"], timeout_s=10)
        if asked.returncode != 0 or asked.timed_out:
            said = next((line for line in asked.stderr.splitlines() if line.strip()), "no answer")
            return Unavailable(
                f"Docker does not answer: {said}", "Start Docker; on Linux your user must be in the group `docker`."
            )
        return None

    def run(self, request: BacktestRequest) -> BacktestResult:
        """Run the project; see `Backtester.run`."""
        missing = self.available()
        if missing is not None:
            raise NoResultError(missing.reason, hint=missing.hint)
        prepare_output(request.output)
        with self._workspace(request) as folder:
            argv = [
                self._lean,
                "backtest",
                str(folder / "project"),
                "--lean-config",
                str(folder / "lean.json"),
                "--output",
                str(folder / "output"),
                "--backtest-name",
                request.id,
                "--no-update",
                *(["--image", self._image] if self._image else []),
            ]
            done = run(argv, timeout_s=request.timeout_s, cwd=folder)
            if done.timed_out:
                raise NoResultError(
                    f"`lean backtest` took longer than {request.timeout_s:g} s and was stopped",
                    hint="Raise --backtest-timeout-s; the first run also downloads LEAN's image.",
                )
            _collect(folder / "output", request.output, request.id)
        result = read_results(request.output)
        if result.status == "NoResult":
            said = next((line for line in reversed((done.stdout + done.stderr).splitlines()) if line.strip()), "")
            raise NoResultError(
                f"`lean backtest` ended with code {done.returncode} and left no result: {said or 'it said nothing'}",
                hint="Try `lean backtest` on the run directory by hand to see more.",
            )
        return dataclasses.replace(result, engine=self.name, duration_s=done.duration_s)

    @contextlib.contextmanager
    def _workspace(self, request: BacktestRequest) -> Iterator[Path]:
        """A folder with project, lean.json and output; its container and itself are removed whatever happens."""
        folder = Path(tempfile.mkdtemp(prefix=".lean-", dir=request.output.parent.resolve()))
        try:
            project = folder / "project"
            project.mkdir()
            for pattern in _SOURCES:
                for path in request.project.glob(pattern):
                    shutil.copy2(path, project)
            _write_config(project / "config.json", request)
            # The option --data-provider-historical would need the CLI's list of cloud modules; the setting does not.
            lean = {
                "data-folder": str(request.data_folder.resolve()),
                "job-organization-id": "",
                "data-provider": "QuantConnect.Lean.Engine.DataFeeds.DefaultDataProvider",
            }
            (folder / "lean.json").write_text(jsonio.dumps(lean, indent=1), encoding="utf-8")
            (folder / "output").mkdir()
            yield folder
        finally:
            self._remove_container(folder / "output" / "config")
            shutil.rmtree(folder, ignore_errors=True)

    def _remove_container(self, note: Path) -> None:
        """Remove the container that the CLI noted: after a kill of the CLI it would run on."""
        try:
            container = jsonio.loads(note.read_bytes()).get("container")
        except (OSError, ValueError, AttributeError):
            return
        if isinstance(container, str) and container:
            run([self._docker, "rm", "--force", container], timeout_s=30)


def _write_config(path: Path, request: BacktestRequest) -> None:
    """The project's config.json with the parameters of this run; the CLI's own option would replace them all."""
    config: dict[str, object] = {"algorithm-language": "Python", "parameters": {}}
    if path.is_file():
        try:
            config |= jsonio.loads(path.read_bytes())
        except ValueError as error:
            raise NoResultError(f"config.json is no JSON: {error}", hint="Mend it.") from error
    given = config.get("parameters")
    config["parameters"] = {**(given if isinstance(given, dict) else {}), **request.parameters}
    path.write_text(jsonio.dumps(config, indent=1), encoding="utf-8")


def _collect(source: Path, output: Path, name: str) -> None:
    """LEAN's files under the id that was asked for; the CLI draws a number of its own."""
    main = main_result_file(source)
    drawn = main.stem if main is not None else ""
    for path in sorted(source.iterdir()):
        if path.name in ("config", "code"):
            continue
        renamed = name + path.name.removeprefix(drawn) if drawn and path.name.startswith(drawn) else path.name
        if path.is_dir():
            shutil.copytree(path, output / renamed, dirs_exist_ok=True)
        else:
            shutil.copy2(path, output / renamed)
