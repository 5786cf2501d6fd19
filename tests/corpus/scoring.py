"""Scores one item of the corpus: exact, acceptable, refused rightly or wrongly, wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from typing import Any

from tests.corpus.evaluate import same_meaning
from vibetrader.clarify.rules import clarify_text
from vibetrader.errors import SpecError
from vibetrader.feedback.interpret import FeedbackResult, interpret_feedback
from vibetrader.spec import expressions as ex
from vibetrader.spec.instruments import coin_and_quote
from vibetrader.spec.parameters import resolved
from vibetrader.spec.parser import parse
from vibetrader.spec.strategy import Level, Side, StrategySpec
from vibetrader.spec.words.result import ClarifyResult

OUTCOMES = ("exact", "acceptable", "refused_rightly", "refused_wrongly", "wrong")
TODAY = date(2026, 11, 24)

Item = dict[str, Any]


@dataclass(frozen=True)
class Score:
    """One item's outcome and what differed."""

    id: str
    kind: str
    difficulty: int
    outcome: str
    differences: tuple[str, ...] = ()
    found: str = ""


def score(item: Item, today: date = TODAY) -> Score:
    """The score of an item."""
    kind = item["kind"]
    judge = {"new": _new, "feedback": _feedback, "ambiguous": _ambiguous, "nonsense": _nonsense, "hostile": _hostile}[
        kind
    ]
    outcome, differences, found = judge(item, today)
    return Score(item["id"], kind, int(item["difficulty"]), outcome, tuple(differences), found)


# -- new ----------------------------------------------------------------------------------------------------------------


def _new(item: Item, today: date) -> tuple[str, list[str], str]:
    result = clarify_text(item["text"], today)
    expect = item["expect"]
    found = _summary(result)
    wanted = set(expect.get("unsupported") or [])
    reported = {u.what for u in result.unsupported}
    if result.verdict == "unsupported":
        if reported & wanted:
            return "refused_rightly", [], found
        return "refused_wrongly", [f"unsupported: expected {sorted(wanted)}, found {sorted(reported)}"], found
    if result.verdict == "refused" or result.spec is None:
        return (
            ("refused_rightly" if wanted else "refused_wrongly"),
            [result.message or "; ".join(q.text for q in result.questions)],
            found,
        )
    spec = resolved(result.spec)
    if wanted:
        if result.verdict == "needs_answers":
            return "refused_rightly", [], found
        if not (wanted == {"repeated buys"} and isinstance(spec.max_entries, int) and spec.max_entries > 1):
            return "wrong", [f"unsupported: expected {sorted(wanted)}, nothing reported"], found
    asked = {q.field for q in result.questions}
    best: list[str] | None = None
    for number, alternative in enumerate(_alternatives(expect)):
        differences = _differences(spec, alternative, asked)
        if not differences:
            if result.verdict == "needs_answers":
                if _asked_rightly(result, alternative):
                    return "acceptable", [], found
                return "refused_wrongly", [f"asked: {q.text}" for q in result.questions], found
            return ("exact" if number == 0 else "acceptable"), [], found
        if best is None or len(differences) < len(best):
            best = differences
    if result.verdict == "needs_answers":
        return "refused_wrongly", [f"asked: {q.text}" for q in result.questions] + (best or []), found
    return "wrong", best or [], found


def _asked_rightly(result: ClarifyResult, expect: Item) -> bool:
    """Questions only about what the text leaves open: an exit, or a timeframe that does not exist."""
    extra = expect.get("extra") or {}
    for question in result.questions:
        if question.field.endswith(".exit") and expect.get("exit") is None:
            continue
        if question.field == "timeframe" and "timeframe" in extra:
            continue
        if question.field == "size" and (expect.get("size") or "").isdigit():
            continue
        if question.field == "trailing_stop" or (
            question.field.endswith(".stop_loss") and not any(k.startswith("stop") for k in extra)
        ):
            continue
        return False
    return True


def _alternatives(expect: Item) -> Iterator[Item]:
    """The expected answer, then with each accepted alternative, then with their combinations."""
    options = [o for o in expect.get("accept") or [] if isinstance(o, dict)]
    yield expect
    for size in range(1, min(len(options), 4) + 1):
        for chosen in combinations(options, size):
            if size > 1 and any(set(a) & set(b) for a, b in combinations(chosen, 2)):
                continue
            merged = dict(expect)
            for option in chosen:
                merged.update({k: v for k, v in option.items() if k != "extra"})
                if "extra" in option:
                    merged["extra"] = {**(expect.get("extra") or {}), **option["extra"]}
            yield merged


def _source(spec: StrategySpec, field: str) -> str:
    origin = spec.provenance.get(field)
    return origin.source if origin is not None else "default"


def _defaulted(spec: StrategySpec) -> set[str]:
    return {field for field, origin in spec.provenance.items() if origin.source == "default"}


def _differences(spec: StrategySpec, expect: Item, asked: set[str] = frozenset()) -> list[str]:  # type: ignore[assignment]
    """Every field in which the spec is not what is expected."""
    return list(_compare(spec, expect, asked))


def _compare(spec: StrategySpec, expect: Item, asked: set[str]) -> Iterator[str]:
    extra = dict(expect.get("extra") or {})
    said = _source(spec, "symbols") == "said"
    tickers = [_canonical(s.ticker) for s in spec.symbols] if said else []
    if tickers != [_canonical(t) for t in expect["symbols"]]:
        yield f"symbols: expected {expect['symbols']}, found {[s.ticker for s in spec.symbols] if said else []}"
    wanted_frame = expect["timeframe"]
    if wanted_frame is None:
        if _source(spec, "timeframe") == "said" and "timeframe" not in extra:
            yield f"timeframe: none expected, found {spec.timeframe}"
    elif spec.timeframe != wanted_frame or _source(spec, "timeframe") == "default":
        yield f"timeframe: expected {wanted_frame}, found {spec.timeframe}"
    if "timeframe" in extra and "timeframe" not in asked:
        yield f"timeframe: {extra['timeframe']} was not reported"
    direction = {("long",): "long", ("short",): "short"}.get(tuple(spec.sides), "both" if spec.sides else "none")
    if expect.get("entry") is not None:
        if direction != expect["direction"]:
            yield f"direction: expected {expect['direction']}, found {direction}"
            return
        yield from _rules(spec, expect, extra)
    yield from _money(spec, expect)
    yield from _dates(spec, expect, extra)
    yield from _extras(spec, expect, extra)


def _canonical(ticker: str) -> str:
    pair = coin_and_quote(ticker)
    if pair is not None and pair[1] in ("USD", "USDT", "USDC", "BUSD"):
        return pair[0] + "/USD"
    return ticker


def _rules(spec: StrategySpec, expect: Item, extra: Item) -> Iterator[str]:
    sides = spec.sides
    main = sides.get("short") if expect["direction"] == "short" else sides.get("long")
    assert main is not None
    name = "short" if expect["direction"] == "short" else "long"
    yield from _condition("entry", main.entry, expect["entry"])
    yield from _exit("exit", main, expect.get("exit"), _source(spec, f"{name}.exit"))
    if expect["direction"] == "both":
        short = sides["short"]
        if expect.get("short_entry") is not None:
            yield from _condition("short_entry", short.entry, expect["short_entry"])
        yield from _exit("short_exit", short, expect.get("short_exit"), _source(spec, "short.exit"))
    for field, attribute in (
        ("stop_loss_pct", "stop_loss"),
        ("take_profit_pct", "take_profit"),
        ("trailing_stop_pct", "trailing_stop"),
    ):
        for side_name, side in sides.items():
            level = getattr(side, attribute)
            percent = level.percent if level is not None else None
            if percent != expect.get(field):
                yield f"{field} ({side_name}): expected {expect.get(field)}, found {percent}"
            others = [
                k
                for k in extra
                if attribute in k
                or k.startswith(attribute.split("_")[0] + "_")
                or (attribute == "take_profit" and k == "reward_risk")
            ]
            if level is not None and percent is None and not others:
                yield f"{attribute} ({side_name}): none expected, found {level.kind}"


def _condition(field: str, found: ex.Expression, wanted: str) -> Iterator[str]:
    if not same_meaning(found, parse(wanted)):
        yield f"{field}: expected {wanted}, found {found}"


def _exit(field: str, side: Side, wanted: str | None, source: str) -> Iterator[str]:
    if wanted is None:
        if side.exit is not None and source not in ("inferred", "default"):
            yield f"{field}: none expected, found {side.exit}"
    elif side.exit is None:
        yield f"{field}: expected {wanted}, found none"
    else:
        yield from _condition(field, side.exit, wanted)


def _money(spec: StrategySpec, expect: Item) -> Iterator[str]:
    wanted = expect.get("size")
    said = _source(spec, "size") in ("said", "feedback", "inferred")
    if wanted is None:
        if said and _source(spec, "size") != "inferred":
            yield f"size: none expected, found {_size(spec)}"
    elif not said or not _same_size(spec, str(wanted)):
        yield f"size: expected {wanted}, found {_size(spec)}"
    cash = expect.get("cash")
    if cash is None:
        if _source(spec, "cash") == "said":
            yield f"cash: none expected, found {spec.cash}"
    elif spec.cash != cash:
        yield f"cash: expected {cash}, found {spec.cash}"


def _size(spec: StrategySpec) -> str:
    return str(spec.size.model_dump(exclude_none=True))


def _same_size(spec: StrategySpec, wanted: str) -> bool:
    size = spec.size
    kind, amount = size.kind, getattr(size, size.kind)
    text = wanted.strip().lower().replace(",", "")
    number = float(re.findall(r"[0-9.]+", text)[0])
    if number != amount:
        return False
    if text.startswith("risk"):
        return kind == ("risk_percent" if "%" in text else "risk_cash")
    if "%" in text:
        return kind == "percent"
    if "lot" in text:
        return kind == "lots"
    if "$" in text or (re.search(r"[a-z]{3}$", text) and not re.search(r"(units?|shares?|coins?|lots?|contracts?)$", text)):
        return kind == "cash"
    if re.search(r"(units?|shares?|coins?|contracts?)$", text):
        return kind == "units"
    return kind in ("units", "lots", "cash")


def _dates(spec: StrategySpec, expect: Item, extra: Item) -> Iterator[str]:
    said = _source(spec, "period") in ("said", "feedback")
    if "period" in extra:
        if not said or spec.period.last != extra["period"]:
            yield f"period: expected {extra['period']}, found {spec.period.last if said else None}"
        return
    for field in ("start", "end"):
        wanted = expect.get(field)
        value = getattr(spec.period, field) if said and f"period.{field}" not in _defaulted(spec) else None
        if wanted is None:
            if value is not None:
                yield f"{field}: none expected, found {value}"
        elif value is None or not (
            str(value) == wanted
            or (field == "end" and str(value + timedelta(days=1)) == wanted)
            or (field == "end" and str(value - timedelta(days=1)) == wanted)
        ):
            yield f"{field}: expected {wanted}, found {value}"
    if said and spec.period.last is not None:
        yield f"period: none expected, found {spec.period.last}"


def _price_of(level: Level | None, side: str, role: str, pip: float) -> ex.Expression | None:
    if level is None:
        return None
    return level.as_price(side, role, pip)  # type: ignore[arg-type]


def _extras(spec: StrategySpec, expect: Item, extra: Item) -> Iterator[str]:
    sides = spec.sides
    main_name = "short" if expect["direction"] == "short" else "long"
    main, short = sides.get(main_name), sides.get("short")  # type: ignore[call-overload]
    limits = spec.limits
    for key, wanted in extra.items():
        match key:
            case "stop_loss" | "take_profit" | "short_stop_loss" | "short_take_profit":
                role = "stop" if "stop" in key else "target"
                side_name = "short" if key.startswith("short_") else main_name
                side = short if side_name == "short" else main
                level = getattr(side, "stop_loss" if role == "stop" else "take_profit") if side is not None else None
                yield from _level(key, level, side_name, role, wanted, extra)
            case "stop_loss_pips" | "take_profit_pips" | "take_profit_points" | "stop_loss_points":
                attribute, unit = ("stop_loss" if key.startswith("stop") else "take_profit"), key.rpartition("_")[2]
                for side_name, side in sides.items():
                    level = getattr(side, attribute)
                    if level is None or getattr(level, unit) != wanted:
                        yield f"{key} ({side_name}): expected {wanted}, found {level.model_dump(exclude_none=True) if level else None}"
            case "stop_offset_pips":
                low, high = wanted if isinstance(wanted, list) else (wanted, wanted)
                level = main.stop_loss if main is not None else None
                if level is None or level.offset_pips is None or not low <= float(level.offset_pips) <= high:
                    yield f"{key}: expected {wanted}, found {level.offset_pips if level else None}"
            case "reward_risk":
                level = main.take_profit if main is not None else None
                if level is None or level.reward_risk != wanted:
                    yield f"{key}: expected {wanted}, found {level.model_dump(exclude_none=True) if level else None}"
            case "trailing_stop":
                trail = main.trailing_stop if main is not None else None
                node = (
                    None
                    if trail is None
                    else trail.distance or trail.line or (ex.Number(float(trail.points)) if trail.points else None) or (ex.Number(float(trail.pips) * 0.0001) if trail.pips else None)
                )
                if node is None or not same_meaning(node, parse(str(wanted))):
                    yield f"{key}: expected {wanted}, found {node}"
            case "breakeven_at_r" | "breakeven_after_pips" | "breakeven_after_pct":
                even = main.break_even if main is not None else None
                field = {
                    "breakeven_at_r": "after_r",
                    "breakeven_after_pips": "after_pips",
                    "breakeven_after_pct": "after_percent",
                }[key]
                if even is None or getattr(even, field) != wanted:
                    yield f"{key}: expected {wanted}, found {even}"
            case "max_hold_bars" | "exit_at" | "max_trades_per_day" | "entry_every_bars":
                if getattr(limits, key) != wanted:
                    yield f"{key}: expected {wanted}, found {getattr(limits, key)}"
            case "max_drawdown_exit_pct":
                if limits.max_drawdown_pct != wanted:
                    yield f"{key}: expected {wanted}, found {limits.max_drawdown_pct}"
            case "fill":
                if spec.order.fill != wanted:
                    yield f"fill: expected {wanted}, found {spec.order.fill}"
            case "order_type":
                if spec.order.type != wanted:
                    yield f"order_type: expected {wanted}, found {spec.order.type}"
            case "entry_price" | "exit_price":
                node = getattr(main, key) if main is not None else None
                if node is None or not same_meaning(node, parse(str(wanted))):
                    yield f"{key}: expected {wanted}, found {node}"
            case "leverage":
                if spec.leverage != wanted:
                    yield f"leverage: expected {wanted}, found {spec.leverage}"
            case "commission_pct":
                if spec.fees is None or spec.fees.percent != wanted:
                    yield f"{key}: expected {wanted}, found {spec.fees}"
            case "commission":
                number = float(re.findall(r"[0-9.]+", str(wanted))[0])
                if spec.fees is None or number not in (spec.fees.per_trade, spec.fees.per_unit, spec.fees.percent):
                    yield f"{key}: expected {wanted}, found {spec.fees}"
            case "slippage_pct":
                if spec.slippage_percent != wanted:
                    yield f"{key}: expected {wanted}, found {spec.slippage_percent}"
            case "timezone" | "benchmark":
                if getattr(spec, key) != wanted:
                    yield f"{key}: expected {wanted}, found {getattr(spec, key)}"
            case "reverse":
                if not (spec.reverse or all(side.exit is None for side in sides.values())):
                    yield f"reverse: expected {wanted}"
            case "period" | "timeframe":
                pass  # compared with the dates and the timeframe
            case _:
                yield f"{key}: expected {wanted}, which the spec has no field for"
    if "max_hold_bars" not in extra and limits.max_hold_bars is not None:
        yield f"max_hold_bars: none expected, found {limits.max_hold_bars}"
    if "exit_at" not in extra and limits.exit_at is not None and expect.get("exit") is None:
        yield f"exit_at: none expected, found {limits.exit_at}"
    if "fill" not in extra and spec.order.fill != "next_open":
        yield f"fill: none expected, found {spec.order.fill}"


def _level(key: str, level: Level | None, side: str, role: str, wanted: object, extra: Item) -> Iterator[str]:
    if level is None:
        yield f"{key}: expected {wanted}, found none"
        return
    if "stop_offset_pips" in extra and level.bar_extreme is not None:
        level = level.model_copy(update={"offset_pips": None})
    found = _price_of(level, side, role, 0.0001)
    if found is None or not same_meaning(found, parse(str(wanted))):
        if re.fullmatch(r"(lowest\(low|highest\(high),\d+\)", str(wanted)) and level.bar_extreme is not None:
            return  # any stated swing look-back is fine for a pivot
        yield f"{key}: expected {wanted}, found {found}"


# -- the other kinds ---------------------------------------------------------------------------------------------------------


def _ambiguous(item: Item, today: date) -> tuple[str, list[str], str]:
    if item.get("context"):
        reply = interpret_feedback(item["text"], spec_of(item["context"]), [], today)
        if reply.intent == "unclear":
            return "refused_rightly", [], reply.message
        return "wrong", [f"a question expected: {item['expect']['question']}"], _feedback_summary(reply)
    result = clarify_text(item["text"], today)
    if result.verdict != "ok":
        partial = item["expect"].get("partial") or {}
        if result.spec is not None and "symbols" in partial:
            found = [_canonical(s.ticker) for s in result.spec.symbols]
            if found != [_canonical(t) for t in partial["symbols"]]:
                return "refused_rightly", [f"symbols: expected {partial['symbols']}, found {found}"], _summary(result)
        return "refused_rightly", [], _summary(result)
    accepts = " ".join(str(a) for a in item["expect"].get("accept") or [])
    stated = any(a.source == "inferred" for a in result.assumptions)
    if "assum" in accepts and stated:
        return "acceptable", [], _summary(result)
    return "wrong", [f"a question expected: {item['expect']['question']}"], _summary(result)


def _nonsense(item: Item, today: date) -> tuple[str, list[str], str]:
    result = clarify_text(item["text"], today)
    if result.verdict in ("refused", "needs_answers", "unsupported"):
        return "exact", [], _summary(result)
    return "wrong", ["a clear error expected"], _summary(result)


def _hostile(item: Item, today: date) -> tuple[str, list[str], str]:
    result = clarify_text(item["text"], today)
    if result.verdict != "ok":
        return "exact", [], _summary(result)
    wanted = item["expect"].get("strategy")
    assert result.spec is not None
    if wanted:
        side = next(iter(resolved(result.spec).sides.values()))
        if same_meaning(side.entry, parse(wanted["entry"])) and (
            "exit" not in wanted or (side.exit is not None and same_meaning(side.exit, parse(wanted["exit"])))
        ):
            return "acceptable", [], _summary(result)
    return "wrong", ["an error, or the harmless rule only"], _summary(result)


def _feedback(item: Item, today: date) -> tuple[str, list[str], str]:
    before = spec_of(item["context"])
    earlier = [spec_of(item["before"])] if "before" in item else []
    reply = interpret_feedback(item["text"], before, [*earlier, before], today)
    found = _feedback_summary(reply)
    expect = item["expect"]
    options: list[Item] = [{"intent": expect["intent"], "changes": expect["changes"]}]
    for option in expect.get("accept") or []:
        if isinstance(option, dict):
            options.append({**options[0], **option})
    options += [
        {**a, **{k: v for k, v in b.items() if k == "intent"}}
        for a in options[1:]
        for b in options[1:]
        if "intent" in b
    ]
    if reply.intent == "unclear":
        return "refused_wrongly", [reply.message], found
    differences: list[str] = []
    for number, option in enumerate(options):
        here = []
        if reply.intent != option["intent"]:
            here.append(f"intent: expected {option['intent']}, found {reply.intent}")
        if option["intent"] not in ("modify_code", "end") and reply.intent not in ("modify_code",):
            here += _changed(before, reply, option["changes"], item["context"])
        if not here:
            return ("exact" if number == 0 else "acceptable"), [], found
        differences = differences or here
    return "wrong", differences, found


def _changed(before: StrategySpec, reply: FeedbackResult, changes: Item, context: Item) -> list[str]:
    if reply.spec is None:
        return ["no spec"]
    if changes.get("undo"):
        return [] if reply.undo else ["undo expected"]
    wanted: Item = {"short_entry": None, "short_exit": None, **context}
    extra = dict(context.get("extra") or {})
    for key, value in changes.items():
        if key.startswith("extra."):
            extra[key.removeprefix("extra.")] = value
        else:
            wanted[key] = value
    extra = {k: v for k, v in extra.items() if v is not None}
    if "period" in extra:
        wanted["start"] = wanted["end"] = None
    if "start" in changes and wanted.get("end") and wanted["end"] < changes["start"]:
        wanted["end"] = None
    wanted["extra"] = extra
    marked = resolved(reply.spec)
    names = ("symbols", "timeframe", "period", "size", "cash", "long.exit", "short.exit", "period.start", "period.end")
    from vibetrader.spec.strategy import Origin

    provenance = {**marked.provenance, **{n: Origin(source="said") for n in names}}
    return _differences(marked.model_copy(update={"provenance": provenance}), wanted)


def spec_of(context: Item) -> StrategySpec:
    """The spec that a `context` stands for."""
    data: Item = {
        "symbols": context["symbols"],
        "timeframe": context["timeframe"],
        "cash": context["cash"],
        "size": context["size"] or "100%",
        "period": {"start": context.get("start"), "end": context.get("end")},
    }
    extra = context.get("extra") or {}
    for name in ("long", "short"):
        if context["direction"] not in (name, "both"):
            continue
        prefix = "short_" if name == "short" and context["direction"] == "both" else ""
        side: Item = {"entry": context.get(f"{prefix}entry") or context["entry"], "exit": context.get(f"{prefix}exit")}
        for key, field in (
            ("stop_loss_pct", "stop_loss"),
            ("take_profit_pct", "take_profit"),
            ("trailing_stop_pct", "trailing_stop"),
        ):
            if context.get(key) is not None:
                side[field] = {"percent": context[key]}
        if f"{prefix}stop_loss" in extra:
            side["stop_loss"] = {"price": extra[f"{prefix}stop_loss"]}
        if f"{prefix}take_profit" in extra:
            side["take_profit"] = {"price": extra[f"{prefix}take_profit"]}
        data[name] = side
    try:
        return StrategySpec.model_validate(data)
    except ValueError as error:
        raise SpecError(f"context of the corpus: {error}") from error


def _summary(result: ClarifyResult) -> str:
    parts = [result.verdict]
    if result.spec is not None:
        for name, side in resolved(result.spec).sides.items():
            parts.append(f"{name}: {side.entry} / {side.exit}")
    parts += [f"? {q.text}" for q in result.questions]
    parts += [f"unsupported: {u.what}" for u in result.unsupported]
    return " | ".join([*parts, result.message]).strip(" |")


def _feedback_summary(reply: FeedbackResult) -> str:
    return f"{reply.intent}: {'; '.join(str(c) for c in reply.changes)} {reply.message}".strip()
