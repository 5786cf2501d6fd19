"""What of LEAN's API the engine has, what it lacks, and what to use instead; the data behind `vibetrader lean-support`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, NoReturn

from vibetrader.errors import UnsupportedLeanFeature

Level = Literal["full", "partial", "none"]


@dataclass(frozen=True, slots=True)
class Support:
    """One feature of LEAN.

    Attributes:
        feature: What it is called.
        level: How far it is supported.
        members: Names of LEAN that belong to it.
        note: The limit, or what to do instead.
    """

    feature: str
    level: Level
    members: tuple[str, ...]
    note: str = ""


_LEAN_CLI: Final = "Run the project with LEAN itself: `vibetrader compile PROJECT --engine lean`."

# fmt: off
#: Features in the order `vibetrader lean-support` prints them.
FEATURES: Final[tuple[Support, ...]] = (
    Support("equities", "full", ("add_equity",), "minute, hour and daily trades; quotes where the data folder has them"),
    Support("crypto spot", "full", ("add_crypto",)),
    Support("forex and CFD", "full", ("add_forex", "add_cfd")),
    Support("crypto perpetuals", "partial", ("add_crypto_future",), "margin and funding as LEAN's Binance and Bybit models"),
    Support("indices", "partial", ("add_index",), "prices only; an index cannot be traded"),
    Support("custom data", "partial", ("add_data",), "PythonData read from local files; no downloads"),
    Support("orders", "full", ("market_order", "limit_order", "stop_market_order", "stop_limit_order",
                               "trailing_stop_order", "limit_if_touched_order", "market_on_open_order",
                               "market_on_close_order", "set_holdings", "liquidate")),
    Support("brokerage models", "full", ("set_brokerage_model",), "fees, leverage, order types and refusals of each"),
    Support("indicators", "full", ("sma", "ema", "rsi", "macd", "register_indicator", "warm_up_indicator")),
    Support("consolidators", "full", ("consolidate",)),
    Support("schedule", "full", ("schedule", "date_rules", "time_rules", "train")),
    Support("history", "full", ("history", "get_last_known_prices")),
    Support("universes", "full", ("add_universe", "fundamentals"), "company figures come from figures.json of the data folder; LEAN ships none"),
    Support("framework", "full", ("set_alpha", "set_portfolio_construction", "set_execution", "set_risk_management")),
    Support("charts", "full", ("plot", "add_chart", "set_runtime_statistic", "set_summary_statistic")),
    Support("object store", "full", ("object_store",)),
    Support("parameters", "full", ("get_parameter", "get_parameters")),
    Support("options", "none", ("add_option", "add_option_contract", "option_chain", "option_chains", "add_index_option",
                                "add_index_option_contract", "add_universe_options", "exercise_option", "sell_option",
                                "option_chain_provider", "remove_option_contract", "OptionStrategies",
                                "set_option_chain_provider"), _LEAN_CLI),
    Support("futures", "none", ("add_future", "add_future_contract", "add_future_option", "add_future_option_contract",
                                "future_chain", "futures_chain", "future_chains", "futures_chains",
                                "future_chain_provider", "set_future_chain_provider"), _LEAN_CLI),
    Support("combo orders", "full", ("combo_market_order", "combo_limit_order", "combo_leg_limit_order"),
            "legs of securities the engine has"),
    Support("short selling limits", "full", ("shortable", "shortable_quantity"), "LocalDiskShortableProvider and users' own"),
    Support("trading days", "full", ("Session",), "`security.session`, once its size is set"),
    Support("volatility models", "full", ("StandardDeviationOfReturnsVolatilityModel", "IndicatorVolatilityModel")),
    Support("tick and second data", "partial", ("Resolution.TICK", "Resolution.SECOND"), "second bars only; use minutes or larger."),
    Support("commands", "none", ("add_command", "link", "run_command"), "Commands reach live algorithms only."),
    Support("notifications", "partial", ("notify",), "A backtest accepts and drops them, as LEAN does."),
    Support("downloads", "none", ("download",), "Put the data into the data folder or the object store first."),
    Support("security identifiers", "full", ("isin", "cusip", "sedol", "composite_figi", "cik"),
            "from symbol-properties/security-database.csv of the data folder"),
    Support("live trading", "none", ("set_live_mode",), "The engine backtests only."),
)
# fmt: on

_BY_MEMBER: Final[dict[str, Support]] = {member: feature for feature in FEATURES for member in feature.members}


def hint_for(member: str) -> str:
    """What to do instead of a member the engine lacks."""
    feature = _BY_MEMBER.get(member)
    return feature.note if feature is not None and feature.note else _LEAN_CLI


def refuse(member: str) -> NoReturn:
    """Refuse a member of LEAN's API that the engine lacks.

    Raises:
        UnsupportedLeanFeature: Always.
    """
    raise UnsupportedLeanFeature(f"LEAN's {member!r} is not in the embedded engine", hint=hint_for(member))


class _UnsupportedMeta(type):
    """Class of placeholders: mentioning one is fine, using it is refused."""

    def __call__(cls, *arguments: Any, **keywords: Any) -> Any:
        refuse(cls.__name__)

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        refuse(f"{cls.__name__}.{name}")


def placeholder(name: str) -> Any:
    """Stand-in for a class of LEAN that the engine lacks; works in annotations and isinstance, refuses any use."""
    return _UnsupportedMeta(name, (), {"__module__": __name__, "__doc__": f"LEAN's {name}, which the engine lacks."})
