"""Holdings of a fund. LEAN: ETFConstituentsUniverseFactory.cs, ETFConstituentUniverse.cs, UniverseDefinitions.cs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from vibetrader.engine.data.bars import BaseData
from vibetrader.engine.data.enums import SecurityType
from vibetrader.engine.data.symbol import SecurityIdentifier, Symbol
from vibetrader.engine.naming import lean_names
from vibetrader.engine.timekeeping import DAY, from_datetime, to_datetime
from vibetrader.engine.universe.base import UNCHANGED
from vibetrader.engine.universe.files import DailyFileUniverse, unique_ticker
from vibetrader.engine.universe.fundamental import FundamentalUniverseFactory


@lean_names
class ETFConstituentUniverse(BaseData):
    """One holding of a fund on one day.

    Args:
        symbol: The company.
        time: Midnight of the file's day.
        fields: Its fields after the identifier: day of the update, weight, shares, worth.
    """

    __clr_name__ = "QuantConnect.Data.UniverseSelection.ETFConstituentUniverse"

    def __init__(self, symbol: Symbol | None = None, time: datetime | None = None, fields: Sequence[str] = ()) -> None:
        super().__init__()
        if symbol is not None:
            self.symbol = symbol
        self.period = timedelta(days=1)
        if time is not None:
            self.start_ns = from_datetime(time)
            self.end_ns = self.start_ns + DAY
        text = fields[0] if fields else ""
        self.last_update = datetime(int(text[:4]), int(text[4:6]), int(text[6:8])) if len(text) == 8 else None
        self.weight, self.shares_held, self.market_value = (
            float(field) if field.strip() else None for field in [*fields, "", "", "", ""][1:4]
        )

    def __str__(self) -> str:
        return f"{self.symbol}: {self.weight}"


ETFConstituentData = ETFConstituentUniverse


@lean_names
class ETFConstituentsUniverseFactory(DailyFileUniverse):
    """Holdings of a fund that a function selects; all of them without one.

    Args:
        etf: Symbol of the fund.
        universe_settings: How they are subscribed; None takes the algorithm's when it is added.
        constituents_filter: `holdings -> symbols`.
        state: State of the algorithm; None until it is added.
    """

    __clr_name__ = "QuantConnect.Data.UniverseSelection.ETFConstituentsUniverseFactory"

    def __init__(
        self, etf: Symbol, universe_settings: Any = None, constituents_filter: Any = None, state: Any = None
    ) -> None:
        ticker = unique_ticker("qc-universe-etf-constituents")
        symbol = Symbol(SecurityIdentifier(ticker, etf.security_type, etf.market), ticker, etf)
        super().__init__(state, symbol, ETFConstituentUniverse, universe_settings, constituents_filter)
        self._etf = etf

    def path(self, day: date) -> Path:
        """Where LEAN keeps the holdings of the fund, under the ticker it had that day."""
        root = Path(self.state.context.data_folder) / "equity" / self._etf.market / "universes" / "etf"
        ticker = self._map_file(self._etf).ticker_at(day, self._etf.value)
        return root / str(ticker).lower() / f"{day:%Y%m%d}.csv"

    def parse(self, line: str, day: date) -> Any:
        """A holding."""
        fields = line.split(",")
        try:
            symbol = Symbol(SecurityIdentifier.parse(fields[1]), fields[0])
            return ETFConstituentUniverse(symbol, datetime(day.year, day.month, day.day), fields[2:])
        except (ValueError, IndexError):
            return None


class ConstituentsUniverseData(BaseData):
    """One member of a list of companies on one day. LEAN: ConstituentsUniverseData.cs."""

    __clr_name__ = "QuantConnect.Data.UniverseSelection.ConstituentsUniverseData"


@lean_names
class ConstituentsUniverse(DailyFileUniverse):
    """Companies of a list with a file per day, `universes/daily/<list>`. LEAN: ConstituentsUniverse.cs.

    Args:
        symbol: Symbol of the universe; its ticker ends with `-` and the list's name.
        universe_settings: How they are subscribed; None takes the algorithm's when it is added.
        filter_func: `members -> symbols`; None takes all.
    """

    __clr_name__ = "QuantConnect.Data.UniverseSelection.ConstituentsUniverse"

    def __init__(self, symbol: Symbol, universe_settings: Any = None, filter_func: Any = None) -> None:
        super().__init__(None, symbol, ConstituentsUniverseData, universe_settings, filter_func)

    def path(self, day: date) -> Path:
        """Where LEAN keeps the list."""
        symbol = self.configuration.symbol
        root: Path = Path(self.state.context.data_folder) / symbol.security_type.to_string().lower() / symbol.market / "universes"
        return root / "daily" / str(symbol.value).rpartition("-")[2] / f"{day:%Y%m%d}.csv"

    def parse(self, line: str, day: date) -> Any:
        """A member; `NONE` stands for an empty list."""
        fields = line.split(",")
        point = ConstituentsUniverseData()
        try:
            point.symbol = Symbol.NONE if fields[0] == "NONE" else Symbol(SecurityIdentifier.parse(fields[1]), fields[0])  # type: ignore[attr-defined]
        except (ValueError, IndexError):
            return None
        point.start_ns = from_datetime(datetime(day.year, day.month, day.day))
        point.end_ns = point.start_ns + DAY
        return point


def _top(count: int) -> Any:
    def choose(points: list[Any]) -> list[Symbol]:
        ordered = sorted(points, key=lambda point: point.dollar_volume, reverse=True)
        return [point.symbol for point in ordered[:count]]

    return choose


@lean_names
class DollarVolumeUniverseDefinitions:
    """`self.universe.dollar_volume`: the companies most traded."""

    __clr_name__ = "QuantConnect.Algorithm.DollarVolumeUniverseDefinitions"

    def __init__(self, state: Any) -> None:
        self._state = state

    def top(self, count: int, universe_settings: Any = None) -> FundamentalUniverseFactory:
        """The companies with the highest dollar volume of the day."""
        return FundamentalUniverseFactory.of(self._state, _top(count), universe_settings)


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
            etf: Symbol, or ticker as of now.
            arguments: `(market, settings, filter)`, any of them left out.
            keywords: The same by name.
        """
        return self._holdings(SecurityType.EQUITY, etf, arguments, keywords)

    ETF = etf

    def index(self, index: Any, *arguments: Any, **keywords: Any) -> ETFConstituentsUniverseFactory:
        """Members of an index; arguments as for `etf`."""
        return self._holdings(SecurityType.INDEX, index, arguments, keywords)

    def _holdings(
        self, kind: SecurityType, owner: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> ETFConstituentsUniverseFactory:
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
        if isinstance(owner, str):
            market = market or self._state.brokerage_model.default_markets[kind]
            day = to_datetime(self._state.local_ns).date()
            owner = Symbol.create(owner, kind, market, mapping_date=day)
        return ETFConstituentsUniverseFactory(owner, settings or self._state.universe_settings, choose, self._state)

    def top(self, count: int, universe_settings: Any = None) -> FundamentalUniverseFactory:
        """The companies with the highest dollar volume."""
        return self.dollar_volume.top(count, universe_settings)

    @property
    def qc_500(self) -> ETFConstituentsUniverseFactory:
        """Holdings of SPY."""
        return self.etf("SPY")

    QC500 = qc_500
