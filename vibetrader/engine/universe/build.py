"""What `self.add_universe(…)` makes of its arguments. LEAN: QCAlgorithm.Universe.cs, QCAlgorithm.Python.cs, AddUniverse."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from vibetrader.engine.clr import ArgumentException
from vibetrader.engine.data.enums import Resolution, SecurityType
from vibetrader.engine.data.symbol import Market
from vibetrader.engine.universe.base import Universe
from vibetrader.engine.universe.fundamental import FundamentalUniverse
from vibetrader.errors import UnsupportedLeanFeature

_OBSOLETE = (
    "Warning: AddUniverse(coarseSelector, fineSelector) is obsolete, please use AddUniverse(Func<IEnumerable<Fundamental>, "
    "IEnumerable<Symbol>> selector) instead."
)


def build_universe(algorithm: Any, state: Any, arguments: list[Any], keywords: dict[str, Any]) -> Any:
    """The universe of a call.

    Raises:
        ArgumentException: No form of the call takes these arguments.
    """
    given = [*arguments, *keywords.values()]
    if not given:
        raise ArgumentException("add_universe needs a universe or a function that selects symbols.")
    universe = next((item for item in given if isinstance(item, Universe)), None)
    selectors = [item for item in given if callable(item) and not isinstance(item, (type, Universe))]
    if universe is not None:
        if not selectors:
            return universe
        return _filtered(universe, selectors[0])
    kind = next((item for item in given if isinstance(item, type)), None)
    if kind is not None:
        return _of_class(state, kind, given, selectors)
    names = [item for item in given if isinstance(item, str)]
    settings = next((item for item in given if hasattr(item, "minimum_time_in_universe")), None)
    rule = next((item for item in given if hasattr(item, "dates") and hasattr(item, "name")), None)
    if not selectors:
        raise ArgumentException(f"add_universe takes a universe or a function that selects symbols, not {given[0]!r}.")
    if names:
        from vibetrader.engine.api.universes import named_universe

        resolution = next((item for item in given if isinstance(item, Resolution)), None)
        security_type = next((item for item in given if isinstance(item, SecurityType)), SecurityType.EQUITY)
        market = names[1] if len(names) > 1 else Market.USA
        return named_universe(
            state,
            names[0],
            selectors[0],
            resolution=resolution,
            security_type=security_type,
            market=market,
            settings=settings,
        )
    if len(selectors) > 1:
        state.debug(_OBSOLETE)
        return FundamentalUniverse.of(state, selectors[0], settings, fine_selector=selectors[1])
    return FundamentalUniverse.of(state, selectors[0], settings, rule)


def _filtered(universe: Universe, choose: Any) -> Universe:
    """A universe whose selection a second function of company figures narrows."""
    if isinstance(universe, FundamentalUniverse):
        universe._fine = choose
        return universe
    from vibetrader.engine.universe.fundamental import Fundamental

    first = universe.select

    def select(utc_ns: int, data: Any) -> Any:
        from vibetrader.engine.timekeeping import to_datetime
        from vibetrader.engine.universe.base import UNCHANGED

        chosen = first(utc_ns, data)
        if chosen is UNCHANGED:
            return chosen
        time = to_datetime(utc_ns) - timedelta(days=1)
        return list(choose([Fundamental(symbol, time, ["0", "0", "0"]) for symbol in chosen]))

    universe.select = select  # type: ignore[method-assign]
    return universe


def _of_class(state: Any, kind: type, given: list[Any], selectors: list[Any]) -> Any:
    """`add_universe(Class, name, resolution, settings, selector)`: the user's own data selects."""
    if issubclass(kind, FundamentalUniverse) or kind.__name__ in ("Fundamental", "CoarseFundamental"):
        return FundamentalUniverse.of(state, selectors[0] if selectors else None)
    try:
        from vibetrader.engine.universe.custom import CustomDataUniverse  # type: ignore[import-not-found]
    except ImportError as error:
        raise UnsupportedLeanFeature(
            f"a universe of custom data ({kind.__name__}) is not in the embedded engine",
            hint="Run the project with LEAN itself: `vibetrader backtest --backend lean`.",
        ) from error
    return CustomDataUniverse.of(state, kind, given, selectors[0] if selectors else None)
