"""Which brokerage model a project sets, and which orders that model takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from vibetrader.errors import SpecError
from vibetrader.spec.strategy import StrategySpec

Account = Literal["cash", "margin"]

# LEAN: Common/Brokerages/*BrokerageModel.cs, CanSubmitOrder.
_NO_STOP_ORDERS: Final = frozenset({"binance", "binance_us", "coinbase", "gdax"})
# Members of LEAN's BrokerageName, and whether a margin account is refused.
_NAMES: Final = frozenset(
    {
        "alpaca",
        "alpha_streams",
        "atreyu",
        "axos",
        "binance",
        "binance_coin_futures",
        "binance_futures",
        "binance_us",
        "bitfinex",
        "bloomberg_fix",
        "bybit",
        "charles_schwab",
        "clear_street",
        "coinbase",
        "dydx",
        "exante",
        "eze",
        "ftx",
        "ftxus",
        "fxcm_brokerage",
        "gdax",
        "interactive_brokers_brokerage",
        "interactive_brokers_fix",
        "kraken",
        "oanda_brokerage",
        "public",
        "quant_connect_brokerage",
        "rbi",
        "samco",
        "tastytrade",
        "td_ameritrade",
        "terminal_link",
        "trade_station",
        "tradier_brokerage",
        "trading_technologies",
        "webull",
        "wolverine",
        "zerodha",
    }
)
_ALIASES: Final = {
    "ib": "interactive_brokers_brokerage",
    "ibkr": "interactive_brokers_brokerage",
    "interactive_brokers": "interactive_brokers_brokerage",
    "interactivebrokers": "interactive_brokers_brokerage",
    "tradier": "tradier_brokerage",
    "oanda": "oanda_brokerage",
    "fxcm": "fxcm_brokerage",
    "binanceus": "binance_us",
    "schwab": "charles_schwab",
    "td": "td_ameritrade",
}
_CASH_ONLY: Final = frozenset({"coinbase", "gdax", "binance_us"})


@dataclass(frozen=True, slots=True)
class Broker:
    """A brokerage model and what follows from it.

    Attributes:
        name: Member of LEAN's BrokerageName in lower case, "" for LEAN's default model.
        account: Kind of account.
        takes_stops: Stop market orders are accepted.
        fee_in_base: The fee of a purchase is taken from the coin that is bought.
    """

    name: str
    account: Account
    takes_stops: bool
    fee_in_base: bool


def broker_for(spec: StrategySpec) -> Broker:
    """The brokerage model of a spec: the one it names, else the usual one for its first symbol.

    Forex and CFDs stay with LEAN's default model: Oanda's refuses the market orders of daily bars and of the bar that
    ends at 17:00 New York.

    Raises:
        SpecError: LEAN has no such brokerage, or it has no account of that kind.
    """
    first = spec.symbols[0]
    if spec.brokerage is not None:
        wanted = spec.brokerage.strip().lower().replace(" ", "_").replace("-", "_")
        name = _ALIASES.get(wanted, wanted)
        if name in ("default", "none"):
            name = ""
        elif name not in _NAMES:
            raise SpecError(f"LEAN has no brokerage {spec.brokerage!r}", field="brokerage", hint=_near(name))
    elif any(s.type != first.type or s.market != first.market for s in spec.symbols):
        name = ""
    elif first.type == "crypto":
        known = {"binance": "binance", "coinbase": "coinbase", "kraken": "kraken", "bitfinex": "bitfinex"}
        name = known.get(first.market, "")
    elif first.type == "crypto_future":
        name = "binance_futures" if first.market == "binance" else ""
    elif first.type == "equity" and first.market == "usa":
        name = "interactive_brokers_brokerage"
    else:
        name = ""
    wants_margin = "short" in spec.sides or spec.number(spec.leverage) > 1
    if spec.account is not None:
        account = spec.account
    elif name in _CASH_ONLY and not wants_margin:
        account = "cash"
    else:
        account = "cash" if first.type == "crypto" and not wants_margin else "margin"
    if account == "margin" and name in _CASH_ONLY:
        if spec.brokerage is None:
            name = ""
        else:
            raise SpecError(
                f"{name} has no margin account, which short sales and leverage need",
                field="brokerage",
                hint="choose brokerage: binance or kraken, or drop the short side",
            )
    is_crypto = first.type == "crypto"
    return Broker(
        name,
        account,
        takes_stops=not (name in _NO_STOP_ORDERS and is_crypto),
        fee_in_base=name in ("binance", "binance_us") and is_crypto and spec.fees is None,
    )


def _near(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, sorted(_NAMES), 3, 0.5)
    return f"did you mean {' or '.join(near)}?" if near else f"one of {', '.join(sorted(_NAMES))}"
