"""A whole run: set-up, loop, result files. LEAN: Engine/Engine.cs, Engine/Setup/BacktestingSetupHandler.cs."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from vibetrader._util.clock import fixed, utc_now
from vibetrader.engine import money
from vibetrader.errors import UnsupportedLeanFeature, UsageError

_INITIALIZATION = "During the algorithm initialization, the following exception has occurred: "


@dataclass(frozen=True, slots=True)
class EngineRun:
    """What to run.

    Attributes:
        project: Folder with `main.py`.
        data_folder: LEAN data folder.
        output: Folder of the result files.
        id: Name of the run; the files begin with it.
        parameters: What `get_parameter` reads.
        now: The moment that the result files tell as the run's; None is the machine's clock.
        columns: Cache of columns read before; None reads the data folder's zips each time.
    """

    project: Path
    data_folder: Path
    output: Path
    id: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    now: datetime | None = None
    columns: Path | None = None


@dataclass(frozen=True, slots=True)
class EngineOutcome:
    """How it went.

    Attributes:
        status: "Completed" or "RuntimeError".
        runtime_error: LEAN's text of the error, "" without.
        data_points: Data points, those of history requests included.
        seconds: Wall time of the loop.
        statistics: The summary statistics.
        order_list_hash: LEAN's hash of the orders.
        points: Data points of the loop alone.
        history_points: Data points of history requests.
        notes: What the user should know of the run, such as company figures nobody knows.
    """

    status: str
    runtime_error: str
    data_points: int
    seconds: float
    statistics: Mapping[str, str]
    order_list_hash: str
    points: int = 0
    history_points: int = 0
    notes: tuple[str, ...] = ()


def run_project(run: EngineRun) -> EngineOutcome:
    """Run a project's `main.py` and write LEAN's result files.

    Raises:
        UsageError: The project has no `main.py`, or the data folder does not exist.
        UnsupportedLeanFeature: The strategy needs something the engine lacks.
    """
    main = run.project / "main.py" if run.project.is_dir() else run.project
    if not main.is_file():
        raise UsageError(f"{run.project} has no main.py", hint="give the folder of a LEAN project")
    if not run.data_folder.is_dir():
        raise UsageError(f"the data folder {run.data_folder} does not exist", hint="see `vibetrader data --help`")
    money.install()
    return _Run(run, main).execute()


def _notes() -> tuple[str, ...]:
    """What a run's log, which is LEAN's, does not say."""
    from vibetrader.engine.universe.fundamental import asked_in_vain

    if not asked_in_vain():
        return ()
    return (
        "the strategy reads company figures (such as the P/E ratio) that the data folder does not have: they were not a number, "
        "0 or None, as in LEAN without its paid data; see docs/universes.md for a file of your own",
    )


class _Run:
    def __init__(self, run: EngineRun, main: Path) -> None:
        from vibetrader.engine.api.context import EngineContext
        from vibetrader.engine.resulthandler import ResultHandler
        from vibetrader.marketdata.factorfiles import FactorFiles
        from vibetrader.marketdata.hours import MarketHours
        from vibetrader.marketdata.mapfiles import MapFiles
        from vibetrader.marketdata.symbolproperties import SymbolPropertiesDatabase

        self._run = run
        self._main = main
        store = run.output / "storage"
        if store.is_dir():
            shutil.rmtree(store)
        store.mkdir(parents=True, exist_ok=True)
        self._results = ResultHandler(
            run.output, run.id, run.data_folder, clock=utc_now if run.now is None else fixed(run.now)
        )
        self._context = EngineContext(
            run.data_folder,
            store,
            market_hours=MarketHours(run.data_folder),
            symbol_properties=SymbolPropertiesDatabase(run.data_folder),
            map_files=MapFiles(run.data_folder),
            factor_files=FactorFiles(run.data_folder),
            results=self._results,
            parameters=dict(run.parameters),
            algorithm_id=run.id,
            columns=run.columns,
        )
        self._error = ""
        self._points = 0
        self._seconds = 0.0
        self._ran = False

    def execute(self) -> EngineOutcome:
        from vibetrader.engine.api import context, imports

        algorithm: Any = None
        with context.install(self._context), imports.install(self._main.parent), _on_path(self._main.parent):
            algorithm = self._create()
            if algorithm is not None and self._set_up(algorithm):
                self._stream(algorithm)
        history = 0 if algorithm is None else algorithm._vt.history.data_point_count
        seconds = None if self._ran and self._run.now is not None else self._seconds if self._ran else -1.0
        self._results.finish(self._points + history, seconds)
        return EngineOutcome(
            "RuntimeError" if self._error else "Completed",
            self._error,
            self._points + history,
            self._seconds,
            dict(self._results.statistics),
            self._results.order_list_hash,
            self._points,
            history,
            _notes(),
        )

    # -- loading ------------------------------------------------------------------------------------------------------

    def _create(self) -> Any:
        """Import the strategy and make its algorithm; None when that fails."""
        from vibetrader.engine.failures import describe
        from vibetrader.engine.loader import NoAlgorithmError, find_algorithm, import_strategy

        try:
            self._context.ready = False
            module = import_strategy(self._main)
            kind = find_algorithm(module)
            self._context.ready = True
            return kind()
        except UnsupportedLeanFeature:
            raise
        except NoAlgorithmError as error:
            header = f"{error} {error}"
        except SyntaxError as error:
            header = describe(error).header
        except BaseException as error:  # `sys.exit` included: LEAN takes it for an error like any other
            header = describe(error).header
        text = (
            f"{_INITIALIZATION}Loader.TryCreatePythonAlgorithm(): Unable to import python module {self._main.name}. "
            f"AlgorithmPythonWrapper(): {header}"
        )
        self._fail(f"Algorithm.Initialize() Error: {text} Stack Trace: {text}", text)
        return None

    # -- set-up -------------------------------------------------------------------------------------------------------

    def _set_up(self, algorithm: Any) -> bool:
        """LEAN: BacktestingSetupHandler.cs, Setup."""
        from vibetrader.engine.failures import describe
        from vibetrader.engine.universe.selection import UniverseSelection

        state = algorithm._vt
        results = self._results
        results.bind(algorithm)
        error: BaseException | None = None
        try:
            algorithm.initialize()
            if state.settings.trading_days_per_year is None:
                state.settings.trading_days_per_year = _trading_days(state.brokerage_model)
            state.subscriptions.reader.precise_daily_end = state.settings.daily_precise_end_time
            state.post_initialize()
        except UnsupportedLeanFeature:
            raise
        except BaseException as failure:
            error = failure
        if error is not None:
            described = describe(error)
            results.set_algorithm(algorithm, state.portfolio.cash_decimal)
            pending = ",".join(results.pending_errors)
            self._fail(f"{pending}{_INITIALIZATION}{described.header}", described.header)
            return False
        self._selection = UniverseSelection(state, state.subscriptions.feed)
        try:
            self._selection.take_changes()
            self._selection.set_up_currencies()
        except UnsupportedLeanFeature:
            raise
        except Exception as failure:
            text = describe(failure).header
            results.set_algorithm(algorithm, state.portfolio.cash_decimal)
            self._fail(f"Algorithm.Initialize() Error: {text} Stack Trace: {text}", text)
            return False
        results.set_algorithm(algorithm, state.portfolio.cash_decimal)
        state.lock()
        return True

    # -- the run ------------------------------------------------------------------------------------------------------

    def _stream(self, algorithm: Any) -> None:
        from vibetrader.engine.failures import describe
        from vibetrader.engine.loop import AlgorithmFailure, Loop

        state, results = algorithm._vt, self._results
        begun = time.perf_counter()
        loop = Loop(algorithm, results, self._selection)
        self._ran = True
        try:
            try:
                state.schedule.start()
                results.debug_message(f"Launching analysis for {self._run.id} with LEAN Engine v2.5.0.0")
                loop.run()
            except AlgorithmFailure as failure:
                raise failure.error from None
        except UnsupportedLeanFeature:
            raise
        except BaseException as error:
            state.run_time_error = error
            described = describe(error)
            message = f"Runtime Error: {described.message}"
            results.debug_message(message)
            self._fail(message, described.message)
        self._points = loop.data_points
        self._seconds = time.perf_counter() - begun

    def _fail(self, message: str, stack_trace: str) -> None:
        self._results.runtime_error(message, stack_trace)
        self._error = message


@contextmanager
def _on_path(folder: Path) -> Iterator[None]:
    """The project's other files can be imported."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


def _trading_days(model: Any) -> int:
    """LEAN: BaseSetupHandler.cs, SetBrokerageTradingDayPerYear."""
    crypto = ("Coinbase", "Binance", "Bitfinex", "Bybit", "FTX", "Kraken")
    names = [base.__name__ for base in type(model).__mro__]
    return 365 if any(name == f"{market}BrokerageModel" for name in names for market in crypto) else 252
