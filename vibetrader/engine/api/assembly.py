"""Puts an algorithm together: the one place that names the classes of the rooms below."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from vibetrader.engine import execution, feed, portfolio, securities
from vibetrader.engine.api.framework import FrameworkState
from vibetrader.engine.api.universes import ManualUniverses
from vibetrader.engine.clr import NotSupportedException
from vibetrader.engine.data import definitions, symbolcache
from vibetrader.engine.data.symbol import Symbol, use_map_files
from vibetrader.engine.execution import benchmarks
from vibetrader.engine.naming import lean_names
from vibetrader.engine.orders.properties import OrderProperties
from vibetrader.engine.statistics.interestrates import InterestRateProvider
from vibetrader.engine.timekeeping import from_datetime
from vibetrader.engine.universe import UniverseManager
from vibetrader.engine.universe.figures import FundamentalProvider
from vibetrader.engine.universe.fundamental import use_provider


def assemble(algorithm: Any) -> None:
    """Give a new algorithm its parts. LEAN: Algorithm/QCAlgorithm.cs, constructor."""
    state = algorithm._vt
    symbolcache.clear()
    use_map_files(state.context.map_files)
    use_provider(FundamentalProvider(state.context.data_folder))
    definitions.use(state.context.data_folder)
    state.default_order_properties = OrderProperties()
    state.universe_manager = UniverseManager()
    state.universe_manager.on_pending = state.raise_attention
    state.universes = ManualUniverses(state)
    state.subscriptions = feed.SubscriptionManager(algorithm)
    state.securities = securities.SecurityManager(algorithm)
    state.securities.service = execution.SecurityService(state)
    state.transactions = execution.TransactionHandler(algorithm)
    state.portfolio = portfolio.SecurityPortfolioManager(algorithm)
    state.framework = FrameworkState(algorithm, state)
    from vibetrader.engine.history import HistoryProvider

    state.history = HistoryProvider(algorithm)
    state.notify = NotificationManager()
    state.signal_export = SignalExportManager(state)
    state.brokerage_model = execution.DefaultBrokerageModel()
    state.security_initializer = execution.BrokerageModelSecurityInitializer(state.brokerage_model)
    state.risk_free_interest_rate_model = InterestRates(state.context.data_folder)
    if state.results is not None:
        state.trade_builder = state.results.trade_builder


# --- brokerage model and security initializers ---------------------------------------------------------------------


def make_brokerage_model(algorithm: Any, name: Any, account_type: Any) -> Any:
    """The brokerage model of a name."""
    return execution.create_brokerage_model(name, account_type, algorithm)


def use_brokerage_model(algorithm: Any, model: Any) -> None:
    """LEAN: Algorithm/QCAlgorithm.cs, SetBrokerageModel."""
    state = algorithm._vt
    state.brokerage_model = model
    if state.user_set_security_initializer:
        return
    initializer: Any = execution.BrokerageModelSecurityInitializer(model)
    if isinstance(state.security_initializer, CompositeSecurityInitializer):
        state.debug(
            "Warning: SetBrokerageModel(): a custom security initializer has been added. Please call SetBrokerageModel() "
            "before calling AddSecurityInitializer()."
        )
        others = [
            item
            for item in state.security_initializer.initializers
            if not isinstance(item, execution.BrokerageModelSecurityInitializer)
        ]
        initializer = CompositeSecurityInitializer(initializer, *others)
    state.security_initializer = initializer
    for _, security in state.securities.pairs():
        leverage = security.leverage
        initializer.initialize(security)
        security.set_leverage(leverage)


@lean_names
class FuncSecurityInitializer:
    """A function as an initializer. LEAN: Common/Securities/FuncSecurityInitializer.cs."""

    __clr_name__ = "QuantConnect.Securities.FuncSecurityInitializer"

    def __init__(self, initializer: Callable[[Any], Any]) -> None:
        self._function = initializer

    def initialize(self, security: Any) -> None:
        """Call the function."""
        self._function(security)


@lean_names
class CompositeSecurityInitializer:
    """Several initializers in order. LEAN: Common/Securities/CompositeSecurityInitializer.cs."""

    __clr_name__ = "QuantConnect.Securities.CompositeSecurityInitializer"

    def __init__(self, *initializers: Any) -> None:
        self.initializers = [wrap_security_initializer(item) for item in initializers]

    def add_security_initializer(self, initializer: Any) -> None:
        """One more initializer."""
        self.initializers.append(wrap_security_initializer(initializer))

    def initialize(self, security: Any) -> None:
        """Call all of them."""
        for initializer in self.initializers:
            initializer.initialize(security)


class _UserInitializer:
    """A user's own class that does not derive from ours."""

    def __init__(self, initializer: Any) -> None:
        self._call = getattr(initializer, "initialize", None) or initializer.Initialize

    def initialize(self, security: Any) -> None:
        self._call(security)


def wrap_security_initializer(initializer: Any) -> Any:
    """An object with `initialize(security)`."""
    if hasattr(initializer, "initialize"):
        return initializer
    if hasattr(initializer, "Initialize"):
        return _UserInitializer(initializer)
    return FuncSecurityInitializer(initializer)


def compose_initializers(present: Any, added: Any) -> Any:
    """Both initializers in order."""
    if isinstance(present, CompositeSecurityInitializer):
        present.add_security_initializer(added)
        return present
    return CompositeSecurityInitializer(present, added)


# --- benchmark and interest rates ----------------------------------------------------------------------------------


def security_benchmark(algorithm: Any, symbol: Symbol) -> Any:
    """Benchmark of a symbol."""
    return benchmarks.security_benchmark(algorithm._vt.securities, symbol)


def function_benchmark(function: Callable[[Any], Any]) -> Any:
    """Benchmark of a function."""
    return benchmarks.FuncBenchmark(function)


def wrap_interest_rate_model(model: Any) -> Any:
    """An interest rate model as it is; users' own classes need `get_interest_rate`."""
    if hasattr(model, "get_interest_rate") or hasattr(model, "GetInterestRate"):
        return model
    raise NotSupportedException(f"{type(model)} has no get_interest_rate")


@lean_names
class InterestRates:
    """The Federal Reserve's rates of the data folder. LEAN: Common/Data/InterestRateProvider.cs."""

    __clr_name__ = "QuantConnect.Data.InterestRateProvider"

    def __init__(self, data_folder: Path) -> None:
        self._folder = data_folder
        self._provider: InterestRateProvider | None = None

    def get_interest_rate(self, date: datetime) -> float:
        """Rate of a date, as a fraction."""
        if self._provider is None:
            self._provider = InterestRateProvider(self._folder)
        return float(self._provider.rate(from_datetime(date)))

    def __str__(self) -> str:
        return self.__clr_name__


InterestRates.__name__ = "InterestRateProvider"


# --- small objects -------------------------------------------------------------------------------------------------


@lean_names
class NotificationManager:
    """Accepts notifications and drops them, as LEAN does in a backtest. LEAN: Common/Notifications/NotificationManager.cs."""

    __clr_name__ = "QuantConnect.Notifications.NotificationManager"

    def email(self, *arguments: Any, **keywords: Any) -> bool:
        """Dropped."""
        return False

    def sms(self, *arguments: Any, **keywords: Any) -> bool:
        """Dropped."""
        return False

    def web(self, *arguments: Any, **keywords: Any) -> bool:
        """Dropped."""
        return False

    def telegram(self, *arguments: Any, **keywords: Any) -> bool:
        """Dropped."""
        return False

    def ftp(self, *arguments: Any, **keywords: Any) -> bool:
        """Dropped."""
        return False

    def sftp(self, *arguments: Any, **keywords: Any) -> bool:
        """Dropped."""
        return False

    def __str__(self) -> str:
        return self.__clr_name__


@lean_names
class SignalExportManager:
    """Accepts exports and drops them, as LEAN does in a backtest. LEAN: SignalExportManager.cs."""

    __clr_name__ = "QuantConnect.Algorithm.Framework.Portfolio.SignalExports.SignalExportManager"

    def __init__(self, state: Any = None) -> None:
        self._state = state
        self._told = False
        self.automatic_export_time_span: Any = None

    def _drop(self) -> bool:
        if not self._told and self._state is not None:
            self._told = True
            self._state.debug("Portfolio targets are only sent in live mode")
        return True

    def add_signal_export_provider(self, *providers: Any) -> None:
        """Dropped."""

    def add_signal_export_providers(self, *providers: Any) -> None:
        """Dropped."""

    def set_target_portfolio_from_portfolio(self) -> bool:
        """Dropped, with a line for the user the first time."""
        return self._drop()

    def set_target_portfolio(self, *targets: Any) -> bool:
        """Dropped, with a line for the user the first time."""
        return self._drop()

    def __str__(self) -> str:
        return self.__clr_name__


class _Pair:
    """An entry of a dictionary: `.key` and `.value`, and unpacks."""

    def __init__(self, key: Any, value: Any) -> None:
        self.key = self.Key = key
        self.value = self.Value = value

    def __iter__(self) -> Iterator[Any]:
        return iter((self.key, self.value))


@lean_names
class ReadOnlyExtendedDictionary:
    """A dictionary one may only read; iteration gives entries, as in .NET."""

    __clr_name__ = "QuantConnect.ReadOnlyExtendedDictionary"

    def __init__(self, entries: Mapping[Any, Any]) -> None:
        self._entries = dict(entries)

    def _key(self, key: Any) -> Any:
        if isinstance(key, str) and key not in self._entries:
            return symbolcache.find(key)
        return getattr(key, "symbol", key) if not isinstance(key, Symbol) else key

    def __getitem__(self, key: Any) -> Any:
        key = self._key(key)
        if key not in self._entries:
            raise symbolcache.KeyNotFoundException(f"'{key}' wasn't found in the dictionary.")
        return self._entries[key]

    def get(self, key: Any, default: Any = None) -> Any:
        """Value of a key, or the default."""
        return self._entries.get(self._key(key), default)

    def contains_key(self, key: Any) -> bool:
        """Whether there is such a key."""
        return self._key(key) in self._entries

    def __contains__(self, key: Any) -> bool:
        return self.contains_key(key)

    def try_get_value(self, key: Any, value: Any = None) -> tuple[bool, Any]:
        """Whether there is such a key, and its value."""
        return self.contains_key(key), self.get(key)

    def keys(self) -> list[Any]:
        """The keys."""
        return list(self._entries)

    def values(self) -> list[Any]:
        """The values."""
        return list(self._entries.values())

    def items(self) -> list[tuple[Any, Any]]:
        """Keys and values."""
        return list(self._entries.items())

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[_Pair]:
        return iter([_Pair(key, value) for key, value in self._entries.items()])

    def __str__(self) -> str:
        return self.__clr_name__


def read_only(entries: Mapping[Any, Any]) -> Any:
    """A dictionary one may only read."""
    return ReadOnlyExtendedDictionary(entries)
