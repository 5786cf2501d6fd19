"""Company universes: prices of a day and the figures a provider knows. LEAN: Common/Data/Fundamental/*.

LEAN ships no company figures. `FIGURES` are the constants its regression run serves; everything else is not a number.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from math import nan
from pathlib import Path
from typing import Any, Final

from vibetrader.engine.data.enums import SecurityType
from vibetrader.engine.data.symbol import MARKET_CODES, Market, SecurityIdentifier, Symbol
from vibetrader.engine.naming import lean_names
from vibetrader.engine.universe.base import UNCHANGED, universe_symbol
from vibetrader.engine.universe.files import DailyFileUniverse, unique_ticker

#: Path of a figure → (default, values by security identifier).
FIGURES: Final[dict[str, tuple[Any, dict[str, Any]]]] = {
    "valuation_ratios.pe_ratio": (
        0.0,
        {"AAPL R735QTJ8XC9X": 13.012856, "IBM R735QTJ8XC9X": 12.394244, "AIG R735QTJ8XC9X": 8.185855},
    ),
    "company_reference.industry_template_code": (
        "",
        {
            "AAPL R735QTJ8XC9X": "N",
            "IBM R735QTJ8XC9X": "N",
            "GOOG T1AZ164W5VTX": "N",
            "GOOCV VP83T1ZUHROL": "N",
            "NB R735QTJ8XC9X": "B",
            "AIG R735QTJ8XC9X": "I",
        },
    ),
    "earning_ratios.equity_per_share_growth.one_year": (
        0.0,
        {
            "AAPL R735QTJ8XC9X": 0.091652,
            "IBM R735QTJ8XC9X": 0.280664,
            "GOOCV VP83T1ZUHROL": 0.196226,
            "NB R735QTJ8XC9X": 0.022944,
        },
    ),
    "company_profile.market_cap": (
        0,
        {
            "AIG R735QTJ8XC9X": 72866646492,
            "AAPL R735QTJ8XC9X": 469400291359,
            "IBM R735QTJ8XC9X": 192825068158,
            "GOOCV VP83T1ZUHROL": 375779584963,
            "NB R735QTJ8XC9X": 181116782342,
        },
    ),
    "company_profile.shares_outstanding": (0, {"SPY R735QTJ8XC9X": 1331000000, "AAPL R735QTJ8XC9X": 22337000000000}),
    "company_profile.headquarter_city": ("", {"AAPL R735QTJ8XC9X": "Cupertino"}),
}


class Figures:
    """A group of figures: `fine.valuation_ratios.pe_ratio`.

    Args:
        symbol: The company.
        path: Path so far.
    """

    def __init__(self, symbol: Symbol, path: str) -> None:
        self._symbol = symbol
        self._path = path

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        snake = name
        if name[:1].isupper():
            from vibetrader.engine.naming import to_snake

            snake = to_snake(name)
        return figure(self._symbol, f"{self._path}.{snake}")

    def __float__(self) -> float:
        return nan

    def __bool__(self) -> bool:
        return False

    def __gt__(self, other: Any) -> bool:
        return False

    __lt__ = __ge__ = __le__ = __gt__


def figure(symbol: Symbol, path: str) -> Any:
    """A figure of a company, or the group of that path."""
    known = FIGURES.get(path)
    if known is None:
        return Figures(symbol, path)
    return known[1].get(str(symbol.id), known[0])


_GROUPS: Final = (
    "asset_classification",
    "company_profile",
    "company_reference",
    "earning_ratios",
    "earning_reports",
    "financial_statements",
    "operation_ratios",
    "security_reference",
    "valuation_ratios",
)


@lean_names
class Fundamental:
    """One company on one day.

    Args:
        symbol: The company.
        time: Midnight of the day its prices are of.
        values: Fields of its line after the ticker.
    """

    __clr_name__ = "QuantConnect.Data.Fundamental.Fundamental"

    def __init__(self, symbol: Symbol, time: datetime, values: list[str]) -> None:
        self.symbol = symbol
        self.end_time = time + timedelta(days=1)
        self.time = time
        self.price = float(values[0])
        self.value = self.price
        self.adjusted_price = self.price
        self.volume = int(values[1])
        self.dollar_volume = float(values[2])
        self.has_fundamental_data = values[3].strip().lower() == "true" if len(values) > 3 else False
        self.price_factor = float(values[4]) if len(values) > 4 and values[4] else 1.0
        self.split_factor = float(values[5]) if len(values) > 5 and values[5] else 1.0
        self.adjusted_price = self.price * self.price_factor * self.split_factor
        self.price_scale_factor = self.price_factor * self.split_factor

    @property
    def market(self) -> str:
        """Market of the company."""
        return self.symbol.market

    @property
    def market_cap(self) -> Any:
        """Worth of the company."""
        return figure(self.symbol, "company_profile.market_cap")

    def __str__(self) -> str:
        return f"{self.symbol}: {self.price}"


def _group(name: str) -> property:
    return property(lambda self: Figures(self.symbol, name), doc=f"Figures of the group {name}.")


for _name in _GROUPS:
    setattr(Fundamental, _name, _group(_name))
    setattr(Fundamental, _name.title().replace("_", ""), _group(_name))

CoarseFundamental = FineFundamental = Fundamental

_MARKETS: Final = {code: market for market, code in MARKET_CODES.items()}


def parse_identifier(text: str, ticker: str) -> Symbol:
    """Symbol of `AAPL R735QTJ8XC9X` and its ticker of the day. LEAN: SecurityIdentifier.cs, Parse."""
    first, _, digits = text.partition(" ")
    code = int(digits, 36)
    market = _MARKETS[code // 100 % 1000]
    day = date(1899, 12, 30) + timedelta(days=code // 10**14)
    return Symbol(SecurityIdentifier(first, SecurityType(code % 100), market, day), ticker)


@lean_names
class FundamentalUniverse(DailyFileUniverse):
    """Companies a function of their prices and figures selects. LEAN: FundamentalUniverseFactory.cs."""

    __clr_name__ = "QuantConnect.Data.UniverseSelection.FundamentalUniverseFactory"

    def __init__(
        self, state: Any, selector: Any, settings: Any = None, market: str = Market.USA, fine_selector: Any = None
    ) -> None:
        symbol = universe_symbol(unique_ticker(f"FundamentalUniverse-{market}"), SecurityType.EQUITY, market)
        super().__init__(state, symbol, Fundamental, settings, selector)
        self._market = market
        self._fine = fine_selector

    @classmethod
    def of(
        cls,
        state: Any,
        selector: Any,
        settings: Any = None,
        date_rule: Any = None,
        market: str = Market.USA,
        fine_selector: Any = None,
    ) -> FundamentalUniverse:
        """A universe that selects on the dates of a rule, if one is given."""
        if settings is None:
            settings = state.universe_settings
        if date_rule is not None:
            from vibetrader.engine.universe.settings import UniverseSettings

            settings = UniverseSettings(settings)
            settings.schedule.on(date_rule)
        return cls(state, selector, settings, market, fine_selector)

    @staticmethod
    def usa(selector: Any, universe_settings: Any = None) -> FundamentalUniverse:
        """Companies of the United States."""
        return FundamentalUniverse(None, selector, universe_settings)

    USA = usa

    def folder(self) -> Path:
        """Where LEAN keeps prices of all companies."""
        return Path(self.state.context.data_folder) / "equity" / self._market / "fundamental" / "coarse"

    def parse(self, line: str, day: date) -> Any:
        """A company."""
        fields = line.split(",")
        try:
            return Fundamental(
                parse_identifier(fields[0], fields[1]), datetime(day.year, day.month, day.day), fields[2:]
            )
        except (ValueError, IndexError):
            return None

    def select(self, utc_ns: int, data: Any) -> Any:
        """The selector's symbols; with a second selector its choice of their figures."""
        first = super().select(utc_ns, data)
        if self._fine is None or first is UNCHANGED:
            return first
        known = {point.symbol: point for point in data}
        return self.chosen(self._fine([known[symbol] for symbol in first if symbol in known]))
