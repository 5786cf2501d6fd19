"""Findings that are a phrase in the log or in the message of an order event.

A phrase is a set of fragments that all occur, in any case. LEAN: Engine/Results/Analysis/Analyses/Messages/**,
OrderResponseErrorsAnalyses/**.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from vibetrader.engine.analysis.finding import Finding, Inputs, several
from vibetrader.engine.data.enums import OrderStatus


@dataclass(frozen=True, slots=True)
class Phrase:
    """What to look for, and what it means.

    Attributes:
        name: LEAN's name of the analysis.
        fragments: Texts that must all occur; a compiled pattern instead decides alone.
        issue: What is the matter.
        solutions: What to do.
    """

    name: str
    fragments: tuple[str, ...] | re.Pattern[str]
    issue: str
    solutions: tuple[str, ...]

    def find(self, texts: Sequence[str]) -> Finding | None:
        """The finding in these texts."""
        fragments = self.fragments
        if isinstance(fragments, re.Pattern):
            found = [text for text in texts if fragments.search(text)]
        else:
            wanted = [fragment.lower() for fragment in fragments]
            found = [text for text in texts if all(fragment in text.lower() for fragment in wanted)]
        return Finding(self.name, self.issue, found[0], several(found), self.solutions) if found else None


#: Weight → phrase in the log.
LOG_PHRASES: Final[tuple[tuple[int, Phrase], ...]] = (
    (78, Phrase(
        "MarginCallsAnalysis", ("Executed MarginCallOrder",),
        "The account ran out of margin and positions were closed by force.",
        ("Use smaller positions or less leverage.",
         "Reduce positions in `on_margin_call_warning`, which is called before a margin call.",
         "Check the data around the margin call for jumps.",
         "Switch margin calls off: `self.portfolio.margin_call_model = MarginCallModel.NULL`."),
    )),
    (91, Phrase(
        "SecurityPriceZeroOrderResponseErrorAnalysis",
        ("The security does not have an accurate price as it has not yet received a bar of data.",),
        "Orders or sizes were asked for a security that had no price yet.",
        ("Wait for the first bar: `if data.contains_key(symbol)`, or a warm-up with `set_warm_up`.",
         "Check that the data folder has data of this security for the period."),
    )),
    (92, Phrase(
        "OrderQuantityZeroOrderResponseErrorAnalysis",
        ("Unable to ", " order with id ", " that has zero quantity."),
        "Orders of quantity zero were sent.",
        ("Test the quantity before ordering; more starting cash makes it larger.",),
    )),
    (93, Phrase(
        "NonTradableSecurityOrderResponseErrorAnalysis",
        ("The security with symbol ", " is marked as non-tradable."),
        "Orders were sent for a security that cannot be traded.",
        ("Test `self.securities[symbol].is_tradable` first; indices and benchmarks cannot be traded.",),
    )),
    (96, Phrase(
        "AlgorithmWarmingUpOrderResponseErrorAnalysis",
        re.compile(
            r"This operation is not allowed in Initialize or during warm up: OrderRequest\.\w+\. "
            r"Please move this code to the (OnWarmupFinished|on_warmup_finished)\(\) method\.",
            re.IGNORECASE,
        ),
        "Orders were sent, changed or cancelled during warm-up.",
        ("Return early while `self.is_warming_up`, or do it in `on_warmup_finished`.",),
    )),
    (89, Phrase(
        "ExerciseOptionWhileExchangeNotOpenAnalysis", (" order and exchange not open.",),
        "An option was exercised while its exchange was closed.",
        ("Test `self.is_market_open(symbol)` first.",),
    )),
    (88, Phrase(
        "ForexConversionRateZeroOrderResponseErrorAnalysis",
        (": requires ", " and ", " to have non-zero conversion rates. This can be caused by lack of data."),
        "A currency had no conversion rate.",
        ("Check that the data folder has the pair that converts the currency.",),
    )),
    (87, Phrase(
        "ExceededMaximumOrdersOrderResponseErrorAnalysis",
        ("You have exceeded maximum number of orders (", "), for unlimited orders upgrade your account."),
        "More orders were sent than the run may have.",
        ("Trade fewer securities, less often or on stricter signals, or a shorter period.",),
    )),
    (90, Phrase(
        "UnsupportedOptionShortPositionExerciseAnalysis",
        ("The security with symbol ", " has a short option position. Only long option positions are exercisable."),
        "A short option position was exercised.",
        ("Exercise long positions only.",),
    )),
    (89, Phrase(
        "UnsupportedOptionExerciseQuantityAnalysis",
        ("Cannot exercise more contracts of ", " than is currently available in the portfolio."),
        "More option contracts were exercised than are held.",
        ("Compare with the holding first.",),
    )),
    (84, Phrase(
        "EuropeanOptionNotExpiredOnExerciseOrderResponseErrorAnalysis",
        ("Cannot exercise European style option with symbol ", " before its expiration date."),
        "A European option was exercised before its last day.",
        ("Look at the style and the expiry of the contract first.",),
    )),
    (83, Phrase(
        "OptionOrderOnStockSplitOrderResponseErrorAnalysis",
        ("Options orders are not allowed when a split occurred for its underlying stock",),
        "An option was traded on the day its share split.",
        ("Skip the contract when the slice holds a split of its share.",),
    )),
    (82, Phrase(
        "MarketOnOpenNotAllowedDuringRegularHoursOrderResponseErrorAnalysis",
        ("Cannot submit a MarketOnOpen order while the market is open.",),
        "Market-on-open orders were sent while the market was open.",
        ("Send them after the close or before the open; during the session use `market_order`.",),
    )),
    (81, Phrase(
        "MarketOnCloseOrderTooLateOrderResponseErrorAnalysis",
        ("MarketOnClose orders must be placed within ",
         " before market close. Override this TimeSpan buffer by setting "
         "Orders.MarketOnCloseOrder.SubmissionTimeBuffer in QCAlgorithm.Initialize()."),
        "Market-on-close orders were sent too late.",
        ("Send them at least 15.5 minutes before the close, or set `MarketOnCloseOrder.submission_time_buffer`.",),
    )),
    (85, Phrase(
        "OrderQuantityLessThanLotSizeOrderResponseErrorAnalysis",
        ("Unable to ", " order with id ", " which quantity (", ") is less than lot size ("),
        "Orders smaller than the lot size were sent.",
        ("Round to `self.securities[symbol].symbol_properties.lot_size` and skip what becomes zero.",),
    )),
    (80, Phrase(
        "InsightsEmittedForDelistedSecuritiesAnalysis",
        ("QCAlgorithm.EmitInsights(): Warning: cannot emit insights for delisted securities, these will be discarded",),
        "Insights were given for delisted securities.",
        ("Test whether the security can be traded before giving an insight.",),
    )),
)  # fmt: skip

INSUFFICIENT_BUYING_POWER: Final = Phrase(
    "InsufficientBuyingPowerOrderResponseErrorAnalysis",
    ("Insufficient buying power to complete order",),
    "Orders were refused because the account could not pay for them.",
    (
        "Size orders from `self.portfolio.margin_remaining` or with `set_holdings`, and leave a buffer for fees.",
        "Market-on-open orders of daily data may open higher than the price they were sized with: keep more cash free.",
    ),
)

_REFUSED: Final = "BrokerageModel declared unable to {} order: "

_QUANTITY: Final = Phrase(
    "InvalidOrderQuantityAnalysis",
    ("The minimum order size (in quote currency) for ", " is ", ". Order quantity was "),
    "Orders were below the smallest size of the market.",
    ("Order more, or raise `settings.minimum_order_margin_portfolio_percentage`.",),
)
_UPDATE: Final = Phrase(
    "OrderUpdateNotSupportedAnalysis",
    ("Brokerage does not support order update. ",),
    "The brokerage cannot change orders.",
    ("Cancel the order and send a new one.",),
)
_ORDER_TYPE: Final = Phrase(
    "UnsupportedOrderTypeAnalysis",
    (" does not support ", " order type. Only supports "),
    "The brokerage does not take this type of order.",
    ("Use a type from the list in the message, or another brokerage model.",),
)
_SECURITY_TYPE: Final = Phrase(
    "UnsupportedSecurityTypeAnalysis",
    (" does not support ", " security type."),
    "The brokerage does not trade this type of security.",
    ("Choose a brokerage model that does.",),
)
_FOREX_SIZE: Final = Phrase(
    "InvalidForexOrderSizeAnalysis",
    ("The minimum order size for IBKR Forex orders is ",),
    "Forex orders were below Interactive Brokers' smallest size.",
    ("Order more.",),
)

SUBMIT_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        "TradingOutsideRegularHoursNotSupportedAnalysis",
        ("Alpaca does not support extended market hours trading.",),
        "Alpaca takes no orders outside regular hours.",
        ("Order during regular hours.",),
    ),
    Phrase(
        "UnsupportedOrderTypeWithLinkToSupportedTypesAnalysis",
        ("The Binance brokerage does not support ", " order type. Supported order types are: "),
        "Binance does not take this type of order.",
        ("Use a type from the list in the message: a stop-limit order instead of a stop-market order.",),
    ),
    Phrase(
        "StopMarketOrdersNoLongerSupportedAnalysis",
        ("Stop Market orders are no longer supported since ",),
        "Coinbase has taken no stop-market orders since 2019-03-23.",
        ("Use a stop-limit order.",),
    ),
    _QUANTITY,
    Phrase(
        "InvalidOrderSizeAnalysis",
        ("The minimum order size (in quote currency) for ", " is ", ". Order size was "),
        "Orders were worth less than the market's smallest order.",
        ("Start with more cash or use larger orders; check the data for wrong prices.",),
    ),
    Phrase(
        "NoDataForSymbolAnalysis",
        ("There is no data for the provided symbol ",),
        "A security without data was ordered.",
        ("Check the ticker and that its data is in the folder.",),
    ),
    _UPDATE,
    Phrase(
        "UnsupportedCrossZeroByOrderTypeAnalysis",
        ("Order Quantity must not cross zero. ", " does not support crossing zero"),
        "One order turned a long into a short position, or back.",
        ("Send two orders: one closes, one opens.",),
    ),
    Phrase(
        "UnsupportedMarketOnOpenOrderTimeAnalysis",
        ("MarketOnOpen orders must be placed with at least a ", " bar between order and intended fill."),
        "A market-on-open order came too close to the open.",
        ("Send it at least one bar before.",),
    ),
    Phrase(
        "UnsupportedMarketOnOpenOrdersForFutureAndFutureOptionsAnalysis",
        ("MarketOnOpen orders are not supported for futures and future options.",),
        "Market-on-open orders were sent for futures.",
        ("Use a market or a limit order.",),
    ),
    _ORDER_TYPE,
    _SECURITY_TYPE,
    Phrase(
        "UnsupportedTimeInForceAnalysis",
        (" does not support time in force of ",),
        "The brokerage does not know this time in force.",
        ("Use another one.",),
    ),
    _FOREX_SIZE,
    Phrase(
        "UnsupportedExerciseForIndexAndCashSettledOptionsAnalysis",
        ("InteractiveBrokers does not support exercising index and cash-settled options.",),
        "A cash-settled option was exercised by hand.",
        ("Leave it: it is settled at expiry.",),
    ),
    Phrase(
        "RbiUnsupportedOrderTypeAnalysis",
        ("RBI does not support ", " order type."),
        "RBI does not take this type of order.",
        ("Use a type that it takes.",),
    ),
    Phrase(
        "ExtendedMarketHoursTradingNotSupportedOutsideExtendedSessionAnalysis",
        ("Tradier does not support extended market hours trading outside of the extended session.",),
        "An extended-hours order was sent outside the extended sessions.",
        ("Send it before the open or after the close only.",),
    ),
    Phrase(
        "IncorrectOrderQuantityAnalysis",
        ("Tradier order quantity must be a whole number, but received ",),
        "Tradier takes whole shares only.",
        ("Round the quantity.",),
    ),
    Phrase(
        "SellShortOrderLastPriceBelow5Analysis",
        ("Tradier does not support sell-short orders when the last price is below $5.",),
        "A share below 5 dollars was sold short.",
        ("Sell short shares of 5 dollars and more.",),
    ),
    Phrase(
        "ShortOrderIsGtcAnalysis",
        ("Tradier does not support GTC orders for short sales.",),
        "A short sale was sent as good-til-cancelled.",
        ("Send it as a day order.",),
    ),
    Phrase(
        "TradierUnsupportedSecurityTypeAnalysis",
        ("Tradier does not support ", " security type."),
        "Tradier does not trade this type of security.",
        ("Trade shares and options.",),
    ),
    Phrase(
        "UnsupportedTimeInForceTypeAnalysis",
        ("Tradier does not support the ", " time-in-force type."),
        "Tradier does not know this time in force.",
        ("Use day or good-til-cancelled.",),
    ),
    Phrase(
        "InvalidStopLimitOrderLimitPriceAnalysis",
        ("Trading Technologies does not support a", "stop-limit order with a limit price"),
        "The limit of a stop-limit order is on the wrong side of its stop.",
        ("A buyer's limit goes above the stop, a seller's below.",),
    ),
    Phrase(
        "InvalidStopLimitOrderPriceAnalysis",
        ("Trading Technologies does not support a", "stop-limit order with a stop price"),
        "The stop of a stop-limit order is on the wrong side of the market.",
        ("A buyer's stop goes above the price, a seller's below.",),
    ),
    Phrase(
        "InvalidStopMarketOrderPriceAnalysis",
        ("Trading Technologies does not support a", "stop-market order with a stop price"),
        "The stop of a stop order is on the wrong side of the market.",
        ("A buyer's stop goes above the price, a seller's below.",),
    ),
    Phrase(
        "WolverineUnsupportedOrderTypeAnalysis",
        ("Wolverine does not support ", " order type."),
        "Wolverine takes market orders only.",
        ("Use market orders.",),
    ),
)

UPDATE_PHRASES: Final[tuple[Phrase, ...]] = (
    _QUANTITY,
    _UPDATE,
    Phrase(
        "UnsupportedCrossZeroOrderUpdateAnalysis",
        ("Unable to update order with id ", " that would cross zero."),
        "An update would have turned the position around.",
        ("Cancel the order and send a new one.",),
    ),
    _ORDER_TYPE,
    _SECURITY_TYPE,
    Phrase(
        "UnsupportedUpdateQuantityOrderAnalysis",
        ("Unable to update order with id ", " as it does not support modification of the "),
        "The quantity of this type of order cannot be changed.",
        ("Cancel the order and send a new one.",),
    ),
    _FOREX_SIZE,
)


def _of_log(phrase: Phrase) -> Callable[[Inputs], Iterator[Finding]]:
    def find(run: Inputs) -> Iterator[Finding]:
        found = phrase.find(run.logs)
        if found is not None:
            yield found

    return find


def _refused_messages(run: Inputs, fragment: str) -> list[str]:
    wanted = fragment.lower()
    return [
        event.message
        for event in run.order_events
        if event.status == OrderStatus.INVALID and event.message and wanted in event.message.lower()
    ]


def _refusals(name: str, verb: str, phrases: Sequence[Phrase]) -> Callable[[Inputs], Iterator[Finding]]:
    def find(run: Inputs) -> Iterator[Finding]:
        messages = _refused_messages(run, _REFUSED.format(verb))
        for phrase in phrases if messages else ():
            found = phrase.find(messages)
            if found is not None:
                yield Finding(f"{name} / {found.name}", found.issue, found.sample, found.count, found.solutions)

    return find


def insufficient_buying_power(run: Inputs) -> Iterator[Finding]:
    """Orders the account could not pay for."""
    phrase = INSUFFICIENT_BUYING_POWER
    found = phrase.find(_refused_messages(run, phrase.fragments[0]))  # type: ignore[index]  # fragments, not a pattern
    if found is not None:
        yield found


def shortable_quantity(run: Inputs) -> Iterator[Finding]:
    """Short sales beyond what could be borrowed."""
    fragments = ("order exceeds shortable quantity ", " for symbol ", " requested ")
    found = [
        event
        for event in run.order_events
        if event.message and all(fragment in event.message.lower() for fragment in fragments)
    ]
    if found:
        yield Finding(
            "ExceedsShortableQuantityOrderResponseErrorAnalysis",
            "More was sold short than could be borrowed.",
            run.event_json(found[0]),
            several(found),
            ("Ask the shortable provider for the quantity before selling short.",),
        )


#: LEAN's order of the analyses is by weight; equal weights keep LEAN's list order, given by the second number.
MESSAGE_ANALYSES: Final[tuple[tuple[int, Callable[[Inputs], Iterator[Finding]]], ...]] = (
    (97, insufficient_buying_power),
    (94, shortable_quantity),
    (95, _refusals("BrokerageModelRefusedToSubmitOrderOrderResponseErrorAnalysis", "submit", SUBMIT_PHRASES)),
    (86, _refusals("BrokerageModelRefusedToUpdateOrderOrderResponseErrorAnalysis", "update", UPDATE_PHRASES)),
    *((weight, _of_log(phrase)) for weight, phrase in LOG_PHRASES),
)
