"""`algorithm.subscription_manager`: configurations and consolidators. LEAN: Common/Data/SubscriptionManager.cs."""

from __future__ import annotations

import heapq
from typing import Any

from vibetrader.engine import clr
from vibetrader.engine.data.bars import BaseData, QuoteBar, Tick, TradeBar
from vibetrader.engine.data.enums import DataNormalizationMode, Resolution, TickType
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.data.symbolcache import to_symbol
from vibetrader.engine.feed.config import TICK_TYPES, SubscriptionDataConfig, data_types
from vibetrader.engine.feed.datafeed import DataFeed
from vibetrader.engine.feed.reader import DataReader
from vibetrader.engine.naming import lean_names
from vibetrader.engine.timekeeping import SECOND


class Registration:
    """A consolidator that waits for the clock. LEAN: Common/Data/ConsolidatorWrapper.cs."""

    __slots__ = (
        "_event", "_increment", "_manager", "_span", "_zone", "consolidator", "disposed", "number", "scan_time",
    )  # fmt: skip

    def __init__(self, manager: SubscriptionManager, consolidator: Any, config: SubscriptionDataConfig, number: int) -> None:
        self._manager = manager
        self._zone = config.exchange_zone
        self._increment = max(config.increment_ns, SECOND)
        self._span: int | None = None
        self.consolidator = consolidator
        self.disposed = False
        self.number = number
        self.scan_time = 0
        self._event = "emitted" if hasattr(consolidator, "emitted") else "data_consolidated"
        setattr(consolidator, self._event, _plus(getattr(consolidator, self._event), self.on_consolidated))

    #: It hears of bars but shows them to nobody.
    is_bookkeeping = True

    def on_consolidated(self, sender: Any, bar: Any) -> None:
        """The next scan is due one bar after this one's end."""
        end = self._zone.to_utc(bar.end_ns)
        if self._span is None:
            self._span = max(bar.end_ns - bar.start_ns, self._increment)
        self.scan_time = end + self._span

    def advance(self) -> None:
        """When to scan next, without a new bar."""
        now = self._manager.now
        if self.scan_time > now:
            return
        if self._span is not None:
            self.scan_time = now + self._span
            return
        working = self.consolidator.working_data
        if working is None:
            self.scan_time = now + self._increment
            return
        end = self._zone.to_utc(working.end_ns)
        self.scan_time = end if end > now else now + self._increment

    def scan(self) -> None:
        """Let the consolidator see the clock."""
        self._manager.scan_one(self.consolidator, self._zone.to_local(self._manager.now))
        self.advance()

    def dispose(self) -> None:
        """Stop."""
        self.disposed = True
        event = getattr(self.consolidator, self._event)
        event -= self.on_consolidated


def _plus(event: Any, handler: Any) -> Any:
    event += handler
    return event


@lean_names
class SubscriptionManager:
    """Configurations of an algorithm, its consolidators and its data feed.

    Args:
        algorithm: The algorithm.
    """

    __clr_name__ = "QuantConnect.Data.SubscriptionManager"

    def __init__(self, algorithm: Any) -> None:
        self._algorithm = algorithm
        self._configs: dict[tuple[Any, ...], SubscriptionDataConfig] = {}
        self._registrations: dict[int, Registration] = {}
        self._to_add: list[Registration] = []
        self._heap: list[tuple[int, int, Registration]] = []
        self._asleep: dict[int, Registration] = {}
        self._counter = 0
        #: UTC time of the next scan, at the latest.
        self.next_scan = 1 << 62
        state = algorithm._vt
        context = state.context
        self.reader = DataReader(
            context.data_folder, context.map_files, context.factor_files, columns=context.columns
        )
        self.reader.object_store = state.object_store
        self.feed = DataFeed(state, self.reader)

    @property
    def _state(self) -> Any:
        return self._algorithm._vt

    @property
    def has_new(self) -> bool:
        """True when consolidators were added since the last scan."""
        return bool(self._to_add)

    @property
    def now(self) -> int:
        """The frontier."""
        return self._state.utc_ns  # type: ignore[no-any-return]

    # -- configurations -------------------------------------------------------------------------------------------

    def all_configs(self) -> list[SubscriptionDataConfig]:
        """All configurations, internal ones included, in the order they were added."""
        return list(self._configs.values())

    @property
    def subscriptions(self) -> list[SubscriptionDataConfig]:
        """All configurations."""
        return self.all_configs()

    @property
    def count(self) -> int:
        """How many configurations there are."""
        return len(self._configs)

    @property
    def subscription_data_config_service(self) -> SubscriptionManager:
        """Itself: LEAN has an object of its own for this."""
        return self

    @property
    def available_data_types(self) -> dict[Any, list[TickType]]:
        """Kinds of data by security type."""
        return {kind: list(types) for kind, types in TICK_TYPES.items()}

    def get_configs(self, symbol: Symbol | None = None, include_internal: bool = False) -> list[SubscriptionDataConfig]:
        """Configurations of a symbol, the user's own first. LEAN: DataManager.cs, GetSubscriptionDataConfigs."""
        found = [
            config
            for config in self._configs.values()
            if (include_internal or not config.is_internal_feed) and (symbol is None or config.symbol.id == symbol.id)
        ]
        return sorted(found, key=lambda config: config.is_internal_feed)

    def get_subscription_data_configs(
        self, symbol: Any = None, include_internal_configs: bool = False
    ) -> list[SubscriptionDataConfig]:
        """Configurations of a symbol."""
        return self.get_configs(None if symbol is None else to_symbol(symbol), include_internal_configs)

    def lookup_subscription_config_data_types(
        self, symbol_security_type: Any, resolution: Resolution, is_canonical: bool = False
    ) -> list[tuple[type, TickType]]:
        """Types of data of a kind of security."""
        return data_types(symbol_security_type, resolution)

    def get_data_types_for_security(self, security_type: Any) -> list[TickType]:
        """Kinds of data of a security type."""
        return list(TICK_TYPES[security_type])

    def add(
        self,
        symbol: Symbol,
        resolution: Resolution | None = None,
        fill_forward: bool = True,
        extended_hours: bool = False,
        normalization: DataNormalizationMode = DataNormalizationMode.ADJUSTED,
        *,
        is_internal: bool = False,
        is_custom: bool = False,
        is_filtered: bool = True,
        object_type: type | None = None,
        tick_type: TickType | None = None,
        data_types_wanted: list[tuple[type, TickType]] | None = None,
        data_time_zone: Any = None,
        exchange_hours: Any = None,
        mapping_mode: Any = None,
    ) -> list[SubscriptionDataConfig]:
        """Configurations of a symbol's data at a resolution. LEAN: DataManager.cs, Add."""
        state = self._state
        if resolution is None:
            resolution = state.universe_settings.resolution
        if object_type is not None:
            wanted = [(object_type, TickType.TRADE if tick_type is None else tick_type)]
        else:
            wanted = data_types_wanted or data_types(symbol.security_type, resolution)
        if exchange_hours is None or data_time_zone is None:
            entry = state.market_hours.entry(symbol.market, symbol.value, symbol.security_type)
            exchange_hours = exchange_hours or entry.exchange_hours
            data_time_zone = data_time_zone or entry.data_time_zone
        if str(symbol.security_type) == "INDEX":
            normalization = DataNormalizationMode.RAW
        result = []
        for kind, tick in wanted:
            config = SubscriptionDataConfig(
                kind,
                symbol,
                resolution,
                data_time_zone,
                exchange_hours.time_zone,
                fill_forward=fill_forward,
                extended_hours=extended_hours,
                is_internal_feed=is_internal,
                is_custom=is_custom,
                tick_type=tick,
                is_filtered_subscription=is_filtered,
                normalization=normalization,
            )
            result.append(self.register(config))
        return result

    def add_internal(self, symbol: Symbol, resolution: Resolution) -> SubscriptionDataConfig:
        """The engine's own feed of a currency's rate. LEAN: Common/Securities/Cash.cs, EnsureCurrencyDataFeed."""
        wanted = data_types(symbol.security_type, resolution)[:1]
        return self.add(symbol, resolution, True, False, is_internal=True, data_types_wanted=wanted)[0]

    def custom_type(self, symbol: Symbol) -> type | None:
        """Class of a symbol's custom data; None when it has none."""
        for config in self._configs.values():
            if config.is_custom_data and config.symbol == symbol:
                return config.type
        return None

    def register(self, config: SubscriptionDataConfig) -> SubscriptionDataConfig:
        """Note a configuration, or give the equal one there is. LEAN: DataManager.cs, SubscriptionManagerGetOrAdd."""
        return self._configs.setdefault(config.key, config)

    def forget(self, config: SubscriptionDataConfig) -> None:
        """Drop a configuration."""
        self._configs.pop(config.key, None)

    def universe_config(
        self, symbol: Symbol, subscription: SubscriptionDataConfig | None = None, resolution: Resolution | None = None
    ) -> SubscriptionDataConfig:
        """Configuration of a universe. LEAN: QCAlgorithm.Universe.cs, AddToUserDefinedUniverse, AddUniverse."""
        if subscription is not None:
            config = subscription.copy(
                fill_forward=False, extended_hours=True, is_internal_feed=True, is_filtered_subscription=False,
                consolidators=[],
            )  # fmt: skip
            config.symbol = symbol
            config.type = Tick
            return config
        entry = self._state.market_hours.entry(symbol.market, symbol.value, symbol.security_type)
        return SubscriptionDataConfig(
            BaseData,
            symbol,
            Resolution.DAILY if resolution is None else resolution,
            entry.data_time_zone,
            entry.exchange_hours.time_zone,
            fill_forward=False,
            is_internal_feed=True,
            is_filtered_subscription=False,
        )

    # -- consolidators --------------------------------------------------------------------------------------------

    def config_for(self, symbol: Symbol, consolidator: Any, tick_type: TickType | None = None) -> SubscriptionDataConfig:
        """The configuration whose bars a consolidator takes.

        Raises:
            ArgumentException: The symbol has none, or none of the right kind.
        """
        configs = self.get_configs(symbol) or self.get_configs(symbol, include_internal=True)
        if not configs:
            raise clr.ArgumentException(
                f"Please subscribe to this symbol before adding a consolidator for it. Symbol: {symbol.value}"
            )
        wanted = consolidator.input_type
        abstract = wanted in (BaseData, object)
        if abstract and tick_type is None:
            tick_type = next(iter(TICK_TYPES.get(symbol.security_type, (TickType.TRADE,))), None)
        for config in configs:
            if not issubclass(config.type, wanted):
                continue
            if config.type is Tick:
                chosen = tick_type
                if chosen is None:
                    output = getattr(consolidator, "output_type", None)
                    if output not in (TradeBar, QuoteBar, Tick):
                        return config
                    quotes = output is QuoteBar or (
                        output is Tick and str(symbol.security_type) in ("FOREX", "CFD")
                    )
                    chosen = TickType.QUOTE if quotes else TickType.TRADE
                if config.tick_type != chosen:
                    continue
            return config
        if tick_type is not None and not any(config.tick_type == tick_type for config in configs):
            available = ", ".join(config.tick_type.to_string() for config in configs)
            raise clr.ArgumentException(
                f"No subscription with the requested Tick Type {tick_type.to_string()} was found. "
                f"Available Tick Types: {available}"
            )
        raise clr.ArgumentException(
            "Type mismatch found between consolidator and symbol. "
            f"Symbol: {symbol.value} does not support input type: {wanted.__name__}. "
            f"Supported types: {','.join(config.type.__name__ for config in configs)}."
        )

    def add_consolidator(self, symbol: Any, consolidator: Any, tick_type: TickType | None = None) -> None:
        """Feed a consolidator with the data of a symbol. LEAN: SubscriptionManager.cs, AddConsolidator."""
        consolidator = _wrapped(consolidator)
        config = self.config_for(to_symbol(symbol), consolidator, tick_type)
        # LEAN: SubscriptionDataConfig.cs, Consolidators is a set: one that was given twice is fed once.
        if not any(known is consolidator for known in config.consolidators):
            config.consolidators.append(consolidator)
        self._counter += 1
        registration = Registration(self, consolidator, config, self._counter)
        self._registrations[id(consolidator)] = registration
        self._to_add.append(registration)
        self.next_scan = 0
        self._state.attention = True

    def remove_consolidator(self, symbol: Any, consolidator: Any) -> None:
        """Stop feeding a consolidator."""
        consolidator = _wrapped(consolidator)
        self._state.attention = True
        if consolidator.ahead is not None:
            consolidator.ahead.restore()
        owner = None if symbol is None else to_symbol(symbol)
        for config in self.get_configs(owner, include_internal=True):
            if consolidator in config.consolidators:
                config.consolidators.remove(consolidator)
        registration = self._registrations.pop(id(consolidator), None)
        if registration is not None:
            registration.dispose()
        dispose = getattr(consolidator, "dispose", None)
        if dispose is not None:
            dispose()

    def wake(self, consolidator: Any) -> None:
        """A consolidator is fed again, and scanned."""
        self._state.attention = True
        registration = self._asleep.pop(id(consolidator), None)
        if registration is not None and not registration.disposed:
            heapq.heappush(self._heap, (registration.scan_time, registration.number, registration))
            self.next_scan = min(self.next_scan, registration.scan_time)

    def scan_one(self, consolidator: Any, local_ns: int) -> None:
        """Let a consolidator see the exchange's clock."""
        consolidator.scan_ns(local_ns)

    def scan_past(self, utc: int) -> None:
        """Scan consolidators that are due before a moment, each at its own time.

        LEAN: SubscriptionManager.cs, ScanPastConsolidators.
        """
        heap = self._heap
        if self._to_add:
            for registration in self._to_add:
                registration.advance()
                heapq.heappush(heap, (registration.scan_time, registration.number, registration))
            self._to_add = []
        state = self._state
        while heap and heap[0][0] < utc:
            due, number, registration = heapq.heappop(heap)
            if registration.disposed:
                continue
            if registration.consolidator.ahead is not None:
                self._asleep[id(registration.consolidator)] = registration
                continue
            if due != state.utc_ns:
                state.set_date_time(due)
            if registration.scan_time <= due:
                registration.scan()
            heapq.heappush(heap, (registration.scan_time, number, registration))
        self.next_scan = heap[0][0] if heap else 1 << 62


class PythonConsolidatorWrapper:
    """A user's own class as a consolidator. LEAN: Common/Python/DataConsolidatorPythonWrapper.cs."""

    ahead: Any = None

    def __init__(self, model: Any) -> None:
        self.model = model

    def __getattr__(self, name: str) -> Any:
        return getattr(self.model, name)

    @property
    def data_consolidated(self) -> Any:
        """The user's event."""
        return self.model.data_consolidated

    @data_consolidated.setter
    def data_consolidated(self, value: Any) -> None:
        self.model.data_consolidated = value

    def scan_ns(self, local_ns: int) -> None:
        """Scan with a datetime."""
        from vibetrader.engine.timekeeping import to_datetime

        self.model.scan(to_datetime(local_ns))

    def feed(self, bar: Any) -> None:
        """Take a bar."""
        self.model.update(bar)


_wrappers: dict[int, PythonConsolidatorWrapper] = {}


def _wrapped(consolidator: Any) -> Any:
    if hasattr(consolidator, "scan_ns"):
        return consolidator
    found = _wrappers.get(id(consolidator))
    if found is None or found.model is not consolidator:
        found = _wrappers[id(consolidator)] = PythonConsolidatorWrapper(consolidator)
    return found
