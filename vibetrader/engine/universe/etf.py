"""Holdings of a fund. LEAN: ETFConstituentsUniverseFactory.cs, ETFConstituentUniverse.cs, UniverseDefinitions.cs."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from vibetrader.engine.data.enums import SecurityType
from vibetrader.engine.data.symbol import Market, SecurityIdentifier, Symbol
from vibetrader.engine.naming import lean_names
from vibetrader.engine.universe.base import UNCHANGED
from vibetrader.engine.universe.files import DailyFileUniverse, unique_ticker
from vibetrader.engine.universe.fundamental import FundamentalUniverse, parse_identifier


@lean_names
class ETFConstituentUniverse:
    """One holding of a fund on one day."""

    __clr_name__ = "QuantConnect.Data.UniverseSelection.ETFConstituentUniverse"

    def __init__(self, symbol: Symbol, time: datetime, fields: list[str]) -> None:
        self.symbol = symbol
        self.time = time
        self.period = timedelta(days=1)
        self.end_time = time + self.period
        text = fields[0]
        self.last_update = datetime(int(text[:4]), int(text[4:6]), int(text[6:8])) if len(text) == 8 else None
        self.weight, self.shares_held, self.market_value = (
            float(field) if field.strip() else None for field in [*fields, "", "", ""][1:4]
        )
        self.value = self.price = 0.0

    def __str__(self) -> str:
        return f"{self.symbol}: {self.weight}"


ETFConstituentData = ETFConstituentUniverse


@lean_names
class ETFConstituentsUniverseFactory(DailyFileUniverse):
    """Holdings of a fund that a function selects; all of them without one."""

    __clr_name__ = "QuantConnect.Data.UniverseSelection.ETFConstituentsUniverseFactory"

    def __init__(self, state: Any, etf: Symbol, settings: Any, selector: Any) -> None:
        ticker = unique_ticker("qc-universe-etf-constituents")
        symbol = Symbol(SecurityIdentifier(ticker, etf.security_type, etf.market), ticker, etf)
        super().__init__(state, symbol, ETFConstituentUniverse, settings, selector)
        self._etf = etf

    def folder(self) -> Path:
        """Where LEAN keeps the holdings of the fund."""
        root = Path(self.state.context.data_folder) / "equity" / self._etf.market / "universes" / "etf"
        return root / self._etf.value.lower()

    def parse(self, line: str, day: date) -> Any:
        """A holding."""
        fields = line.split(",")
        try:
            symbol = parse_identifier(fields[1], fields[0])
            return ETFConstituentUniverse(symbol, datetime(day.year, day.month, day.day), fields[2:])
        except (ValueError, IndexError):
            return None


@lean_names
class DollarVolumeUniverseDefinitions:
    """`self.universe.dollar_volume`: the companies most traded."""

    __clr_name__ = "QuantConnect.Algorithm.DollarVolumeUniverseDefinitions"

    def __init__(self, state: Any) -> None:
        self._state = state

    def top(self, count: int, universe_settings: Any = None) -> FundamentalUniverse:
        """The companies with the highest dollar volume of the day."""

        def choose(points: list[Any]) -> list[Symbol]:
            ordered = sorted(points, key=lambda point: point.dollar_volume, reverse=True)
            return [point.symbol for point in ordered[:count]]

        return FundamentalUniverse(self._state, choose, universe_settings)


@lean_names
class UniverseDefinitions:
    """`self.universe`."""

    __clr_name__ = "QuantConnect.Algorithm.UniverseDefinitions"
    unchanged = UNCHANGED

    def __init__(self, state: Any) -> None:
        self._state = state
        self.dollar_volume = DollarVolumeUniverseDefinitions(state)

    def etf(self, etf: Any, *arguments: Any, **keywords: Any) -> ETFConstituentsUniverseFactory:
        """Holdings of a fund.

        Args:
            etf: Symbol or ticker.
            arguments: `(market, settings, filter)`, any of them left out.
            keywords: The same by name.
        """
        market = keywords.get("market")
        settings = keywords.get("universe_settings")
        choose = keywords.get("universe_filter_func")
        for value in arguments:
            if isinstance(value, str):
                market = value
            elif hasattr(value, "minimum_time_in_universe"):
                settings = value
            elif callable(value):
                choose = value
        if isinstance(etf, str):
            from vibetrader.engine.data import symbolcache

            known = symbolcache.find(etf)
            usable = known is not None and known.security_type == SecurityType.EQUITY
            etf = known if usable else self._state.make_symbol(etf, SecurityType.EQUITY, market or Market.USA)
        return ETFConstituentsUniverseFactory(self._state, etf, settings, choose)

    ETF = etf

    def top(self, count: int, universe_settings: Any = None) -> FundamentalUniverse:
        """The companies with the highest dollar volume."""
        return self.dollar_volume.top(count, universe_settings)

    def qc_500(self, *arguments: Any) -> FundamentalUniverse:
        """The 500 most traded companies with figures."""

        def choose(points: list[Any]) -> list[Symbol]:
            known = [point for point in points if point.has_fundamental_data]
            return [point.symbol for point in sorted(known, key=lambda point: point.dollar_volume, reverse=True)[:500]]

        return FundamentalUniverse(self._state, choose)
