"""What `self.add_universe(…)` makes of its arguments. LEAN: QCAlgorithm.Universe.cs, QCAlgorithm.Python.cs, AddUniverse."""

from __future__ import annotations

from typing import Any

from vibetrader.engine.clr import ArgumentException
from vibetrader.engine.data.enums import Resolution, SecurityType
from vibetrader.engine.data.symbol import Market
from vibetrader.engine.universe.base import Universe
from vibetrader.engine.universe.fundamental import FilteredUniverse, FundamentalUniverseFactory

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
        return FilteredUniverse(state, universe, selectors[0]) if selectors else universe
    kind = next((item for item in given if isinstance(item, type)), None)
    if kind is not None:
        return _of_class(state, kind, given, keywords, selectors)
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
        if not state.context.extra.get("coarse fine"):
            state.context.extra["coarse fine"] = True
            state.debug(_OBSOLETE)
        coarse = FundamentalUniverseFactory.of(state, selectors[0], settings)
        return FilteredUniverse(state, coarse, selectors[1])
    return FundamentalUniverseFactory.of(state, selectors[0], settings, rule)


def _of_class(state: Any, kind: type, given: list[Any], keywords: dict[str, Any], selectors: list[Any]) -> Any:
    """`add_universe(Class, name, resolution, settings, selector)`: data of a class selects, LEAN's or the user's own."""
    from vibetrader.engine.universe.custom import CustomUniverse

    names = [item for item in given if isinstance(item, str)]
    return CustomUniverse.of(
        state,
        kind,
        name=keywords.get("name", names[0] if names else None),
        resolution=next((item for item in given if isinstance(item, Resolution)), None),
        market=keywords.get("market", names[1] if len(names) > 1 else None) or Market.USA,
        security_type=next((item for item in given if isinstance(item, SecurityType)), SecurityType.EQUITY),
        settings=next((item for item in given if hasattr(item, "minimum_time_in_universe")), None),
        selector=selectors[0] if selectors else None,
    )
