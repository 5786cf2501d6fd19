"""What market data a LEAN program asks for, read from its source without running it."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from vibetrader.results.findings import ErrorClass, Finding

#: Algorithm method → LEAN data folder name of its security type.
_ADDERS = {
    "add_crypto": "crypto",
    "add_equity": "equity",
    "add_forex": "forex",
    "add_index": "index",
    "add_cfd": "cfd",
}
_RESOLUTIONS = {"minute": "minute", "hour": "hour", "daily": "daily"}
_DEFAULT_MARKET = {"crypto": "coinbase", "equity": "usa", "forex": "oanda", "cfd": "oanda", "index": "usa"}
#: Brokerage name → market of its crypto pairs. LEAN: Common/Brokerages/*BrokerageModel.cs, DefaultMarkets
_BROKERAGE_MARKET = {
    "binance": "binance", "kraken": "kraken", "bitfinex": "bitfinex", "bybit": "bybit", "coinbase": "coinbase",
    "gdax": "coinbase", "binance_us": "binanceus", "ftx": "ftx",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DataNeeds:
    """Subscriptions and period of a program; what is not a literal is left out.

    Attributes:
        bars: (security type, market, ticker, resolution), in order of appearance.
        start, end: Dates of the run, None when the program does not say them literally.
        warm_up: A generous estimate of the span of warm-up and history before `start`.
    """

    bars: tuple[tuple[str, str, str, str], ...] = ()
    start: date | None = None
    end: date | None = None
    warm_up: timedelta = timedelta(days=400)
    unknown: tuple[str, ...] = field(default=())


def needs_of(source: str) -> DataNeeds:
    """Read the needs of a program; a program that cannot be parsed needs nothing."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return DataNeeds()
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    calls.sort(key=lambda call: (call.lineno, call.col_offset))
    texts = _text_constants(tree)
    dates: dict[str, date] = {}
    bars: list[tuple[str, str, str, str]] = []
    unknown: list[str] = []
    market_of_crypto = "coinbase"
    for call in calls:
        name = _snake(call.func.attr) if isinstance(call.func, ast.Attribute) else ""
        if name in ("set_start_date", "set_end_date"):
            day = _day(call)
            if day is not None:
                dates[name] = day
        elif name == "set_brokerage_model" and call.args:
            market_of_crypto = _BROKERAGE_MARKET.get(_last_name(call.args[0]), market_of_crypto)
        elif name in _ADDERS:
            kind = _ADDERS[name]
            words = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
            ticker = call.args[0] if call.args else words.get("ticker")
            resolution = call.args[1] if len(call.args) > 1 else words.get("resolution")
            market = call.args[2] if len(call.args) > 2 else words.get("market")
            size = _RESOLUTIONS.get(_last_name(resolution), "minute")
            place = _market(market) or (market_of_crypto if kind == "crypto" else _DEFAULT_MARKET[kind])
            found = _strings(ticker, texts)
            if not found:
                unknown.append(ast.unparse(call))
            bars += [(kind, place, text.upper(), size) for text in found]
    return DataNeeds(
        tuple(dict.fromkeys(bars)),
        dates.get("set_start_date"),
        dates.get("set_end_date"),
        unknown=tuple(unknown),
    )


def absent_data(source: str, folder: Path) -> list[Finding]:
    """A warning for each subscription that the data folder has no file for: LEAN itself says nothing about it."""
    lines = source.splitlines()
    found = []
    for kind, market, ticker, resolution in needs_of(source).bars:
        place = folder / kind / market / resolution
        name = ticker.lower()
        mapped = folder / kind / market / "map_files" / f"{name}.csv"
        if (
            (place / name).is_dir()
            or any(place.glob(f"{name}.zip"))
            or any(place.glob(f"{name}_*.zip"))
            or mapped.exists()
        ):
            continue
        line = next((i for i, text in enumerate(lines, 1) if ticker.lower() in text.lower() and "add_" in text), None)
        found.append(
            Finding(
                error_class=ErrorClass.DATA if place.is_dir() and kind != "equity" else ErrorClass.SYMBOL,
                stage="check",
                severity="warning",
                raw=f"the data folder has no {resolution} bars of {ticker} ({kind}, {market})",
                line=line,
                source=lines[line - 1].rstrip() if line else "",
                cause="The ticker is mistyped, belongs to another market, or its bars are not there in this resolution.",
                fix=f"Check the spelling of {ticker}, its market and its resolution, or add its bars to the data folder.",
            )
        )
    return found


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def _last_name(node: ast.expr | None) -> str:
    return node.attr.lower() if isinstance(node, ast.Attribute) else ""


def _market(node: ast.expr | None) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.lower()
    return _last_name(node).replace("_", "")


def _day(call: ast.Call) -> date | None:
    numbers = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, int)]
    if len(call.args) == 1 and isinstance(call.args[0], ast.Call):
        return _day(call.args[0])
    try:
        return date(*numbers[:3]) if len(numbers) >= 3 else None
    except ValueError:
        return None


def _text_constants(tree: ast.AST) -> dict[str, list[str]]:
    """Names (also `self.x` and loop variables) → the literal texts they may hold."""
    found: dict[str, list[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.For | ast.comprehension):
            targets, value = [node.target], node.iter
        else:
            continue
        texts = [
            leaf.value for leaf in ast.walk(value) if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)
        ]
        for target in targets:
            if isinstance(target, ast.Name | ast.Attribute) and texts:
                found.setdefault(ast.unparse(target), []).extend(texts)
    # A loop over a named list: the loop variable holds what the list holds.
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.comprehension) and ast.unparse(node.iter) in found:
            found.setdefault(ast.unparse(node.target), []).extend(found[ast.unparse(node.iter)])
    return found


def _strings(node: ast.expr | None, texts: dict[str, list[str]]) -> list[str]:
    if node is None:
        return []
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    return list(dict.fromkeys(texts.get(ast.unparse(node), [])))
