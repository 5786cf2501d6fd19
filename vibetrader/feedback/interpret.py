"""A reply after a result to an intent and a reviewed change of the spec. Offline, deterministic, never in silence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal

from pydantic import ValidationError

from vibetrader.spec import expressions as ex
from vibetrader.spec.check import check
from vibetrader.spec.diff import Change, diff
from vibetrader.spec.indicators import Nature
from vibetrader.spec.mirror import mirrored, nature
from vibetrader.spec.parameters import parameterized, resolved
from vibetrader.spec.strategy import Origin, Side, StrategySpec
from vibetrader.spec.words.assemble import Assembler
from vibetrader.spec.words.compiler import Compiler
from vibetrader.spec.words.draft import Draft, Rule, Unit
from vibetrader.spec.words.lexing import Item, Reading, read
from vibetrader.spec.words.reading import MA_KINDS
from vibetrader.spec.words.shapes import joined, negated

Intent = Literal["modify_spec", "rerun_backtest", "modify_code", "end", "unclear"]

LONGEST: Final = 2000

_CODE: Final = frozenset(
    """log logs logging logger print prints printing csv json export exports refactor code comment comments commented function
    functions class variable variables bug bugs error errors exception traceback crash crashes debug email mail telegram discord
    notify notification notifications alert alerts webhook docstring docstrings rename chart plot plots graph file files save
    library pandas numpy optimize optimise performance slow faster speed import imports syntax script python cache unit
    registro registrar codigo kommentare datei protokoll journal commentaires fichier 日志 代码 导出 注释 printout parquet excel""".split()
)
_TRACE: Final = re.compile(r"\b[A-Z]\w*(?:Error|Exception)\b|\bon_data\b|\bmain\.py\b")
_SCALED: Final = re.compile(r"\b(half|halve|double|twice)\b(?: the| my| its)?(?: position| trade| order)? ?(?:size|sizes|position|positions)?\b", re.I)
_END: Final = frozenset(
    """thanks thank thx ty cheers bye goodbye done finished finish stop quit exit end enough gracias obrigado obrigada danke merci
    adios tchau tschuss fertig listo terminado fini great perfect good cool nice awesome ok okay yes yep fine happy satisfied later
    night see talk you all that's thats it's its is it for now we are i am im i'm me that this the with no nope nothing else more so
    super genau perfekt bien bueno vale parfait c'est tout das wars war's alles gut mehr nichts nada mas mais nada isso e so tudo
    hasta luego chao ciao au revoir bonne nuit gute nacht 谢谢 再见 好的 结束 完成 到 to a to much very lot looks look looking
    well works work love like brilliant excellent way soon care take have day one by my from done's wonderful sounds lovely
    谢 再 见 好 的 结 束 完 成 here c' est 这 样 这样 就 satisfecho contento zufrieden job bon bonne super-thanks that'll do'll be'd done! wrap up call today enough-for hoy heute aujourd'hui cerramos fechou suficiente reicht suffit top geil klasse toll ya esta esto eso es todo adeus boa noite muito de cup course sir guys bot friend""".split()
)
_ENDING: Final = frozenset(
    """thanks thank thx cheers bye goodbye done finished quit exit end enough gracias obrigado obrigada danke merci adios tchau
    tschuss fertig listo terminado fini later night happy satisfied perfect that's thats 谢谢 再见 结束 完成 谢 stop great ciao chao fine
    tudo alles tout ya zufrieden contento good perfekt awesome excellent brilliant""".split()
)
_UNDO: Final = ("undo", "revert", "roll back", "rollback", "go back", "previous version", "as before", "back to the previous",
                "restore", "deshacer", "deshaz", "desfazer", "desfaz", "ruckgangig", "annule", "annuler", "撤销", "vuelve atras",
                "take that back", "cancel that", "undo that", "the way it was", "mach das ruckgangig", "reset to the previous")  # fmt: skip
_REMOVE: Final = frozenset(
    """remove delete drop without no tira tirar quita quitar elimina eliminar sin sem entferne entfernen ohne enleve enlever supprime
    supprimer sans retire retirer 去掉 删除 取消 kill disable rid scrap lose skip forget remova borra saca weg raus""".split()
)
_ADD: Final = frozenset(
    "add adding adds require requires needs need must anade incluye include also too additionally plus agrega anade adiciona adicione inclui incluye fuge hinzu ajoute ajouter 加 加上 增加 extra".split()
)
_TALK: Final = frozenset(
    """erhohen erhoehen senken setzen andern aumentar subir bajar reducir augmenter baisser earlier later sooner mismo misma igual 上 下 bought no matter cambialo cambiala ponlo hazlo pasalo mudalo ganze ganzen take away widen tighten loosen extend shorten expand narrow novo novamente agranda reduce sube baja pasa flip turn forget swap swapped exchange cambia intercambia tausche ersetze remplace substitui substitua reemplaza uniquement make change set switch try use run rerun again test backtest same but now instead what if we how about could can would should
    please move let's lets put have it be to with keep only just update adjust modify replace increase decrease raise lower reduce
    bring go start do the a on for of and that this is i want you me my its at in as from by all everything else rest same
    cambia cambiar pon poner usa usar prueba probar haz corre otra vez pero ahora mejor hazlo ponle con troca trocar muda mudar
    coloca colocar usa usar roda rodar tenta tentar agora mas para pra por andere andern setze nutze nimm probiere mach mal nochmal
    aber jetzt statt auf mit change mets mettre passe passer utilise essaie relance encore mais maintenant 改 改成 换成 用 试试 把 重新 再 跑 一次
    could you help adding into equation value larger like trade trades each time account once doesnt matter example period doesn't
    i'd think maybe pls hi hey ok so then there was were will be been not new old stuff thing things want one more bit little
    whole works benutze verwende probier cambiar a value eso lower test results result happens happen see look what's when whatever bear bull market crash crisis
    covid dates date window timeframe frame chart candles bars strategy it's exit entry entries exits trading strat setup wider
    tighter larger smaller bigger longer shorter higher both sides side direction too many few rerunning version current mode
    image mirror comes first whichever simulate simulation size sizing position positions whatever include including apply than following""".split()
)

_VAGUE: Final = ("better", "improve", "optimize", "optimise", "less frequently", "more frequently", "less often", "more often",
                 "more trades", "fewer trades", "less trades", "more profit", "more profitable", "safer", "less risky", "riskier",
                 "more aggressive", "mejor", "melhor", "besser", "mieux", "tune it", "fix it")  # fmt: skip


@dataclass(frozen=True, slots=True)
class FeedbackResult:
    """How a reply was understood.

    Attributes:
        intent: `unclear` opens the question in `message`; nothing is changed then.
        spec: The changed spec for `modify_spec` and `rerun_backtest`; None otherwise.
        changes: What differs, field by field.
        message: For people: what is done, or asked.
        undo: The reply asks for the spec before this one.
        why: For `--explain-intent`: what the intent was read from.
    """

    intent: Intent
    spec: StrategySpec | None = None
    changes: tuple[Change, ...] = ()
    message: str = ""
    undo: bool = False
    why: tuple[str, ...] = ()


def interpret_feedback(
    message: str, spec: StrategySpec, history: Sequence[StrategySpec], today: date, *, intent: Intent | None = None
) -> FeedbackResult:
    """The intent of a reply and the spec it leads to. Pure.

    Args:
        message: What the user typed; data only.
        spec: The spec of the run it answers.
        history: Specs of the lineage, oldest first, `spec` last or absent; what "undo" goes back to.
        today: What relative dates count from.
        intent: The intent the user forced, when they did.
    """
    text = message.strip()
    if not text:
        return FeedbackResult("unclear", message="empty; say what to change, or done")
    if len(text) > LONGEST:
        return FeedbackResult(
            "unclear", message=f"{len(text)} characters are too long for one change; say it in a sentence"
        )
    return _Interpreter(text, resolved(spec), spec, history, today).answer(intent)


class _Interpreter:
    def __init__(
        self, text: str, plain: StrategySpec, original: StrategySpec, history: Sequence[StrategySpec], today: date
    ) -> None:
        self.text = text
        self.spec = plain
        self.original = original
        self.history = [s for s in history if resolved(s) != plain]
        self.today = today
        self.reading: Reading = read(text)
        self.words = [item.norm for item in self.reading.items]
        self.flat = " ".join(self.words)
        self.sides: dict[str, dict[str, Any]] = {
            name: {key: getattr(side, key) for key in Side.model_fields} for name, side in plain.sides.items()
        }
        self.update: dict[str, Any] = {}
        self.touched: set[str] = set()
        self.used: set[int] = set()
        self.why: list[str] = []
        self.problem = ""
        self.levels: list[tuple[str, float]] = []
        self._take_levels()

    def _take_levels(self) -> None:
        """`oversold 25, overbought at 75` are settings, not conditions: taken out before the rules are read."""
        items = self.reading.items
        for index, item in enumerate(items):
            if item.kind != "state" or item.value not in ("oversold", "overbought"):
                continue
            k = index + 1
            while k < len(items) and (items[k].kind in ("fill", "till", "colon") or items[k].norm in ("=", "level")):
                k += 1
            if k < len(items) and items[k].kind == "num" and not items[k].percent:
                self.levels.append((str(item.value), items[k].number))
                for x in range(index, k + 1):
                    items[x] = replace(items[x], kind="fill", value=None)

    # -- intent -----------------------------------------------------------------------------------------------------------

    def answer(self, forced: Intent | None) -> FeedbackResult:
        if forced == "end":
            return FeedbackResult("end", message="done", why=("--intent end",))
        if forced == "modify_code":
            return FeedbackResult("modify_code", message=self.text, why=("--intent modify_code",))
        if any(_has(self.flat, phrase) for phrase in _UNDO):
            return self._undo()
        code = [w for w in self.words if w in _CODE] + _TRACE.findall(self.text)
        self._read()
        if code and not self._strong_change():
            return FeedbackResult("modify_code", message=self.text, why=(f"words about code: {', '.join(code)}",))
        if self._is_end():
            return FeedbackResult("end", message="done", why=("words of thanks or parting, no change",))
        vague = next((v for v in _VAGUE if _has(self.flat, v)), "")
        if self.problem:
            return FeedbackResult("unclear", message=self.problem, why=tuple(self.why))
        leftover = self._leftover()
        if not self.touched:
            hint = f"{vague!r} can be done in many ways; " if vague else ""
            return FeedbackResult(
                "unclear",
                message=f"{hint}what should change: rules, stops, size, symbol, timeframe, dates or costs?"
                + (f" (not understood: {', '.join(leftover[:4])})" if leftover else ""),
                why=tuple(self.why),
            )
        if leftover:
            return FeedbackResult(
                "unclear", message=f"not understood: {', '.join(repr(w) for w in leftover[:5])}; nothing was changed",
                why=tuple(self.why),
            )  # fmt: skip
        return self._patch(forced)

    def _undo(self) -> FeedbackResult:
        if not self.history:
            return FeedbackResult("unclear", undo=True, message="there is no earlier spec to go back to", why=("undo",))
        before = self.history[-1]
        return FeedbackResult(
            "modify_spec", before, tuple(diff(self.original, before)), "back to the spec before", True, ("undo",)
        )

    def _is_end(self) -> bool:
        if self.touched or self.problem:
            return False
        words = [w for word in self.words for w in word.split() if w.isalnum() or "'" in w]
        return bool(words) and all(w in _END for w in words) and any(w in _ENDING for w in words)

    def _strong_change(self) -> bool:
        return bool(self.touched) and not any(
            w
            in (
                "log",
                "logging",
                "print",
                "csv",
                "export",
                "comment",
                "comments",
                "refactor",
                "notify",
                "alert",
                "email",
            )
            for w in self.words
        )

    def _what_goes(self) -> None:
        """`risk 2% instead of half the account`: what stands after "instead of" is what is replaced."""
        items = self.reading.items
        for index, item in enumerate(items):
            if item.norm not in ("instead of", "rather than", "statt", "anstatt", "en vez de", "em vez de", "au lieu de", "instead") or not self.touched:
                continue
            k = index + 1
            if item.norm == "instead" and (k >= len(items) or items[k].norm != "of"):
                continue
            while k < len(items) and items[k].kind not in ("comma", "end", "and") and items[k].norm not in ("use", "make", "set", "try", "with", "put"):
                if items[k].kind == "stop" and "trailing_stop" in self.touched and "stop_loss" not in self.touched:
                    self._drop("stop_loss")
                self.used.add(k)
                k += 1

    def _leftover(self) -> list[str]:
        """Content words that neither changed something nor are talk."""
        self._what_goes()
        left = []
        for index, item in enumerate(self.reading.items):
            if index in self.used or item.kind in (
                "fill",
                "end",
                "comma",
                "colon",
                "and",
                "or",
                "then",
                "if",
                "only",
                "filter",
                "period",
                "since",
                "strategy",
                "both",
                "every",
                "till",
                "tfhint",
                "quietly",
                "within",
                "sign",
                "unit",
                "trades",
                "report",
                "after",
                "now",
                "dir",
                "param",
                "first",
                "equity",
                "size",
                "entryprice",
                "use",
            ):
                continue
            if item.kind == "num" and self._is_old_number(index):
                continue
            if item.norm not in _REMOVE and all(w in _TALK or w in _ADD or w in _END for w in item.norm.split()):
                continue
            left.append(item.text)
        return left

    def _is_old_number(self, index: int) -> bool:
        """`25 instead of 30`: the number that is replaced."""
        before = " ".join(self.words[max(0, index - 3) : index])
        if not any(
            w in before for w in ("instead", "rather than", "not", "statt", "en vez", "em vez", "au lieu", "from")
        ):
            return False
        number = ex.Number(self.reading.items[index].number)
        if self.spec.timeframe.startswith(f"{number.value:g}") and "timeframe" in self.update:
            return True
        for side in self.spec.sides.values():
            for level in (side.stop_loss, side.take_profit, side.trailing_stop):
                if level is not None and any(v == number.value for v in level.model_dump().values() if isinstance(v, float)):
                    return True
        return any(
            n == number
            for side in self.spec.sides.values()
            for e in (side.entry, side.exit)
            if e is not None
            for n in ex.walk(e)
        )

    # -- reading ----------------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        compiler = Compiler(self.reading, self.today)
        self._prepare(compiler)
        draft = compiler.compile()
        self.compiler = compiler
        for unit in compiler.units:
            if unit.kind in ("slot", "symbol", "cond", "act", "mirror", "same"):
                self.used.update(range(unit.start, unit.end))
        if self._scaled_size(draft):
            return
        if draft.unsupported:
            what = ", ".join(w for w, _ in draft.unsupported)
            self.problem = f"{what}: beyond what a spec can hold; what should be done instead?"
            return
        if draft.conflicts:
            _, first, second = draft.conflicts[0]
            self.problem = f"{first!r} and {second!r} contradict each other"
            return
        assembler = Assembler(compiler, draft, self.text, self.today)
        self._market(compiler)
        self._period(assembler)
        self._costs(assembler)
        self._levels(assembler)
        self._removals()
        self._size(assembler)
        self._limits(assembler)
        self._tweaks(compiler)
        self._rules(compiler)
        self._direction(compiler)
        open_ = [text for name, text in draft.questions if name in ("trailing_stop", "break_even", "period")]
        if open_ and not self.touched:
            self.problem = open_[0]

    def _scaled_size(self, draft: Draft) -> bool:
        """`half position size`, `double the size`: what is there, scaled."""
        found = _SCALED.search(self.text)
        if found is None or "size" not in self.text.lower() or len(self.text) > 60:
            return False
        factor = 0.5 if found[1].lower() in ("half", "halve") else 2.0
        size = self.spec.size
        amount = getattr(size, size.kind)
        if not isinstance(amount, int | float):
            return False
        self.update["size"] = {**size.model_dump(exclude_none=True), size.kind: amount * factor}
        self._touch("size", f"the size times {factor:g}")
        self.used.update(range(len(self.reading.items)))
        return True

    def _prepare(self, compiler: Compiler) -> None:
        memory = compiler.memory
        memory.base = self.spec.timeframe
        for side in self.spec.sides.values():
            for node in (side.entry, side.exit):
                if node is None:
                    continue
                for call in ex.calls(node):
                    numbers = tuple(a.value for a in call.arguments if isinstance(a, ex.Number))
                    if call.indicator in ("sma", "ema", "hma", "wwma", "lwma", "dema", "tema"):
                        if call not in memory.moving_averages:
                            memory.moving_averages.append(call)
                    elif call.indicator not in ("highest", "lowest", "ha"):
                        memory.parameters.setdefault(call.indicator, numbers)

    def _touch(self, field: str, why: str) -> None:
        self.touched.add(field)
        self.why.append(why)

    # -- market, dates, money -------------------------------------------------------------------------------------------------

    def _market(self, compiler: Compiler) -> None:
        draft = compiler.draft
        if draft.symbols:
            adding = any(w in _ADD for w in self.words) and not any(
                w in ("instead", "switch", "change", "replace", "only") or w.startswith(("换", "改")) for w in self.words
            )
            old = [s.ticker for s in self.spec.symbols]
            named = [s for s in draft.symbols if not self._replaced(s)]
            if named:
                draft.symbols = named
            new = [*old, *(s for s in draft.symbols if s not in old)] if adding else list(draft.symbols)
            if any(w in _REMOVE for w in self.words) and all(s in old for s in draft.symbols):
                new = [s for s in old if s not in draft.symbols]
            if new and new != old:
                self.update["symbols"] = new
                self._touch("symbols", f"a symbol is named: {', '.join(draft.symbols)}")
        frame = draft.timeframe
        if draft.odd_timeframe is not None:
            self.problem = f"the timeframe {draft.odd_timeframe[0]} is not available"
        elif frame is not None and frame != self.spec.timeframe and draft.timeframe_span is not None:
            self.update["timeframe"] = frame
            self._touch("timeframe", f"a timeframe is named: {frame}")
        for index, item in enumerate(self.reading.items):
            if item.kind in ("frame", "tf") or (item.kind == "num" and compiler.frame(index) is not None):
                found = compiler.frame(index)
                if found is not None:
                    self.used.update(range(index, found[1]))

    def _replaced(self, ticker: str) -> bool:
        """`ETH instead of BTC`: the symbol that goes."""
        for index, item in enumerate(self.reading.items):
            if item.kind == "symbol" and item.value == ticker:
                before = " ".join(self.words[max(0, index - 3) : index])
                return any(
                    w in before
                    for w in ("instead of", "statt", "rather than", "en vez", "em vez", "au lieu", "instead", "not")
                )
        return False

    def _period(self, assembler: Assembler) -> None:
        slots = assembler.draft.slots
        if "dates" in slots:
            start, end = slots["dates"].value
            old = self.spec.period
            first, last = (start, end)
            if start is None or end is None:
                old_start, old_end = (old.start, old.end) if old.last is None else old.dates(self.today)
                first = start if start is not None else old_start
                last = end if end is not None else old_end
                if isinstance(first, date) and isinstance(last, date) and first > last:
                    first, last = (first, None) if start is not None else (None, last)
            self.update["period"] = {"start": first, "end": last}
            self._touch("period", f"dates: {assembler.words(slots['dates'].span)}")
        elif "period" in slots:
            self.update["period"] = {"last": slots["period"].value[0], "as_of": self.today}
            self._touch("period", f"a period: {assembler.words(slots['period'].span)}")

    def _costs(self, assembler: Assembler) -> None:
        slots = assembler.draft.slots
        if "cash" in slots:
            self.update["cash"] = slots["cash"].value[0]
            self._touch("cash", f"starting cash: {assembler.words(slots['cash'].span)}")
        if "fee" in slots:
            self.update["fees"] = {str(slots["fee"].value[0]): slots["fee"].value[1]}
            self._touch("fees", "fees")
        if "slippage" in slots and slots["slippage"].value[0] == "percent":
            self.update["slippage_percent"] = slots["slippage"].value[1]
            self._touch("slippage_percent", "slippage")
        if "leverage" in slots:
            self.update["leverage"] = slots["leverage"].value[0]
            self._touch("leverage", "leverage")
        self._bare_cash(assembler)

    def _bare_cash(self, assembler: Assembler) -> None:
        """`rerun for 2024 with 50k`, `start with 5k`: a large bare number is money."""
        if "cash" in self.update:
            return
        for index, item in enumerate(self.reading.items):
            if (
                item.kind == "num"
                and index not in self.used
                and not item.percent
                and (item.number >= 1000 and (item.text.lower().endswith("k") or item.currency or item.number >= 3000))
            ):
                before = [self.words[k] for k in range(max(0, index - 3), index)]
                if (
                    any(
                        w
                        in (
                            "with",
                            "start",
                            "cash",
                            "capital",
                            "con",
                            "com",
                            "mit",
                            "avec",
                            "starting",
                            "start with",
                            "use",
                            "from",
                            "of",
                            "starting with",
                            "to",
                            "a",
                        )
                        for w in before
                    )
                    or item.currency
                ):
                    if "size" in assembler.draft.slots:
                        continue
                    self.update["cash"] = item.number
                    self.used.add(index)
                    self._touch("cash", f"a sum of money: {item.text}")

    def _size(self, assembler: Assembler) -> None:
        slot = assembler.draft.slots.get("size")
        if slot is None:
            return
        assembler.data["symbols"] = [s.ticker for s in self.spec.symbols]
        assembler._size()
        if "size" in assembler.data:
            self.update["size"] = assembler.data["size"]
            self._touch("size", f"a size: {assembler.words(slot.span)}")

    def _limits(self, assembler: Assembler) -> None:
        draft = assembler.draft
        assembler.data["symbols"] = [s.ticker for s in self.spec.symbols]
        assembler.data["timeframe"] = self.update.get("timeframe", self.spec.timeframe)
        names = {"hold", "exit_at", "per_day", "every", "cooldown", "drawdown", "dailyloss", "pyramid", "fill"}
        if not names & set(draft.slots):
            return
        kept = {k: v for k, v in draft.slots.items() if k in names}
        draft.slots = kept
        assembler._slots()
        limits = assembler.data.get("limits")
        if limits:
            self.update["limits"] = {**self.spec.limits.model_dump(), **limits}
            self._touch("limits", "a limit")
        if "max_entries" in assembler.data:
            self.update["max_entries"] = assembler.data["max_entries"]
            self._touch("max_entries", "entries at once")
        if "fill" in kept:
            self.update["order"] = {**self.spec.order.model_dump(), "fill": kept["fill"].value[0]}
            self._touch("order", "when orders fill")

    # -- stops ----------------------------------------------------------------------------------------------------------------

    def _levels(self, assembler: Assembler) -> None:
        slots = assembler.draft.slots
        for slot_name, field_name in (("stop", "stop_loss"), ("target", "take_profit")):
            slot = slots.get(slot_name)
            if slot is None:
                continue
            for name, side in self.sides.items():
                old = side[field_name]
                if slot.value[0] == "plain":
                    kind = (
                        old.kind if old is not None and old.kind in ("percent", "pips", "points", "atr") else "percent"
                    )
                    side[field_name] = {kind: slot.value[1]}
                else:
                    level = assembler._level(slot, field_name, name)
                    if level is None:
                        self.problem = f"{assembler.words(slot.span)!r}: percent, pips, ATR or a price?"
                        return
                    side[field_name] = level
            self._touch(field_name, f"{field_name.replace('_', ' ')}: {assembler.words(slot.span)}")
        if "trailing" in slots:
            for name, side in self.sides.items():
                side["trailing_stop"] = assembler._trailing(slots["trailing"], name)
            self._touch("trailing_stop", "a trailing stop")
        if "break_even" in slots:
            kind, value = slots["break_even"].value
            key = {"percent": "after_percent", "pips": "after_pips", "points": "after_points", "r": "after_r"}.get(
                str(kind)
            )
            if key is not None:
                for side in self.sides.values():
                    side["break_even"] = {key: value}
                self._touch("break_even", "break-even")
        for flag, name in (("no_stop", "stop_loss"), ("no_target", "take_profit"), ("no_trail", "trailing_stop")):
            if flag in assembler.draft.flags:
                self._drop(name)

    def _drop(self, name: str) -> None:
        for side in self.sides.values():
            side[name] = None
        self._touch(name, f"no {name.replace('_', ' ')}")

    def _removals(self) -> None:
        """`remove the stop`, `tira o stop`, `drop the RSI filter`."""
        items = self.reading.items
        for index, item in enumerate(items):
            if item.norm == "off" and index and items[index - 1].kind == "act" and items[index - 1].value in ("short", "long"):
                self._one_side("long" if items[index - 1].value == "short" else "short")
                self.used.update((index - 1, index))
            if item.norm == "away" and index:
                what = next((i for i in range(index - 1, -1, -1) if items[i].kind in ("stop", "target", "trail")), None)
                if what is not None:
                    self._drop({"stop": "stop_loss", "target": "take_profit", "trail": "trailing_stop"}[items[what].kind])
                    self.used.update((what, index))
            if item.norm not in _REMOVE:
                continue
            k = index + 1
            while k < len(items) and (
                items[k].kind in ("fill",) or items[k].norm in ("rid", "get", "o", "a", "of", "e")
            ):
                k += 1
            if k >= len(items):
                continue
            target = items[k]
            named = {
                "stop": "stop_loss",
                "target": "take_profit",
                "trail": "trailing_stop",
                "breakeven": "break_even",
            }.get(target.kind)
            if named is not None:
                has_number = k + 1 < len(items) and items[k + 1].kind == "num"
                if not has_number:
                    self._drop(named)
                    self.used.update((index, k))
            elif target.kind in ("ind", "weekdays", "weekday") and self._remove_part(target):
                self.used.update(range(index, len(items)) if k >= len(items) - 3 else (index, k, k + 1))
            elif target.kind == "leverage":
                self.update["leverage"] = 1.0
                self._touch("leverage", "no leverage")
                self.used.update((index, k))
            elif target.kind == "act" and target.value in ("short", "long"):
                self._one_side("long" if target.value == "short" else "short")
                self.used.update((index, k))
            elif target.kind in ("fee", "slippage"):
                if target.kind == "fee":
                    self.update["fees"] = {"percent": 0.0}
                    self._touch("fees", "no fees")
                else:
                    self.update["slippage_percent"] = None
                    self._touch("slippage_percent", "no slippage")
                self.used.update((index, k))

    def _remove_part(self, item: Item) -> bool:
        name = str(item.value)
        names = set(MA_KINDS) if name == "ma" else {name}

        def speaks(node: ex.Expression) -> bool:
            if item.kind in ("weekday", "weekdays"):
                return any(isinstance(p, ex.Clock) and p.field == "weekday" for p in ex.walk(node))
            return any(isinstance(p, ex.Call) and p.indicator in names for p in ex.walk(node))

        removed = False
        for side in self.sides.values():
            entry = side["entry"]
            if isinstance(entry, ex.And):
                kept = [p for p in entry.parts if not speaks(p)]
                if kept and len(kept) < len(entry.parts):
                    side["entry"] = ex.conjunction(*kept)
                    removed = True
            exit_ = side["exit"]
            if isinstance(exit_, ex.Or) and not removed:
                kept = [p for p in exit_.parts if not speaks(p)]
                if kept and len(kept) < len(exit_.parts):
                    side["exit"] = ex.disjunction(*kept)
                    removed = True
        if removed:
            self._touch("entry", f"{item.text} is taken out")
        return removed

    # -- numbers in rules ---------------------------------------------------------------------------------------------------------

    def _tweaks(self, compiler: Compiler) -> None:
        """`RSI period 5 and oversold at 20`, `10/40 instead`, `EMA 12 and 26`, `change 30 to 25`."""
        for state, number in self.levels:
            self._set_level(state, number)
        for unit in compiler.units:
            if unit.kind == "decl":
                self._declared(unit, compiler)
        self._pair(compiler)
        self._level_pair()
        self._replace_number(compiler)

    def _set_level(self, state: str, number: float) -> bool:
        changed = False

        def change(node: ex.Expression) -> ex.Expression:
            nonlocal changed
            if isinstance(node, ex.Compare | ex.Cross) and isinstance(node.right, ex.Number):
                kind, centre = nature(node.left)
                if kind is Nature.OSCILLATOR and node.right.value != centre:
                    low = node.right.value < centre
                    if low == (state == "oversold"):
                        changed = True
                        return replace(node, right=ex.Number(number))
            return node

        self._rewrite(change)
        if changed:
            self._touch("entry", f"{state} at {number:g}")
        return changed

    def _rewrite(self, change: Any) -> None:
        for side in self.sides.values():
            for key in ("entry", "exit"):
                if side[key] is not None:
                    side[key] = ex.rewrite(side[key], change)

    def _declared(self, unit: Unit, compiler: Compiler) -> None:
        """An indicator with a new length, named without a condition."""
        node = unit.value
        while isinstance(node, ex.Lag | ex.At):
            node = node.operand
        if not isinstance(node, ex.Call):
            self.used.update(range(unit.start, unit.end))
            return
        numbers = [i.number for i in self.reading.items[unit.start : unit.end] if i.kind == "num"]
        items = self.reading.items
        after = unit.end
        while after < len(items) and (
            items[after].kind in ("fill", "till", "unit", "colon") or items[after].norm in ("=", "length")
        ):
            after += 1
        if (
            not numbers
            and after < len(items)
            and items[after].kind == "num"
            and after > unit.end
            and not items[after].percent
        ):
            parameters = [a for a in node.arguments if isinstance(a, ex.Number)]
            if len(parameters) == 1 and items[after].number >= 1 and items[after].number == int(items[after].number):
                numbers = [items[after].number]
                node = ex.call(node.indicator, *numbers, series=node.series, output=node.output)
                self.used.add(after)
        if not numbers:
            self.used.update(range(unit.start, unit.end))
            return
        same = {
            c
            for side in self.sides.values()
            for key in ("entry", "exit")
            if side[key] is not None
            for c in ex.calls(side[key])
            if c.indicator == node.indicator
        }
        lengths = {c.arguments for c in same}
        if len(lengths) != 1:
            return
        arguments = node.arguments
        changed = False

        def change(part: ex.Expression) -> ex.Expression:
            nonlocal changed
            if isinstance(part, ex.Call) and part.indicator == node.indicator and part.arguments != arguments:
                changed = True
                return replace(part, arguments=arguments)
            return part

        self._rewrite(change)
        self.used.update(range(unit.start, unit.end))
        if changed:
            self._touch("entry", f"{node.indicator} with other parameters")

    def _pair(self, compiler: Compiler) -> None:
        """Two lengths for two averages: `10/40 instead`, `EMA 12 and 26`, `use 20 and 100`."""
        items = self.reading.items
        averages = sorted(
            {
                c
                for side in self.sides.values()
                for key in ("entry", "exit")
                if side[key] is not None
                for c in ex.calls(side[key])
                if c.indicator in ("sma", "ema", "hma", "wwma", "lwma", "dema", "tema")
            },
            key=_length,
        )
        if len(averages) != 2:
            return
        for index in range(len(items) - 2):
            first, sign, second = items[index : index + 3]
            linked = sign.kind in ("div", "and", "till", "sign", "comma") and sign.norm in (
                "/",
                "and",
                "-",
                ",",
                "y",
                "e",
                "und",
                "et",
                "和",
                "x",
            )
            if (
                first.kind == "num"
                and second.kind == "num"
                and linked
                and not first.percent
                and not second.percent
                and not {index, index + 2} & (self.used - self._decl_items(compiler))
            ):
                pair = sorted((first.number, second.number))
                if pair == [_length(a) for a in averages]:
                    self.used.update(range(index, index + 3))  # "swap 9/21 for 12/26": what goes
                    continue
                if any(n != int(n) or n < 1 for n in pair) or pair[0] == pair[1] or pair[1] > 1000:
                    continue
                kind = next(
                    (str(i.value) for i in items if i.kind == "ind" and i.value in ("sma", "ema", "hma", "lwma")), ""
                )
                targets = {
                    old: ex.call(kind or old.indicator, new, series=old.series) for old, new in zip(averages, pair)
                }
                self._rewrite(
                    lambda node, targets=targets: targets.get(node, node) if isinstance(node, ex.Call) else node
                )
                self.used.update(range(index, index + 3))
                self._touch("entry", f"lengths {pair[0]:g} and {pair[1]:g}")
                return
        current = {a.indicator for a in averages}
        kinds = [i for i in items if i.kind == "ind" and i.value in ("sma", "ema", "hma", "lwma", "wwma", "dema", "tema", "kama")]
        if len(kinds) > 1:
            kinds = [i for i in kinds if i.value not in current]
        if (
            kinds
            and any(
                w in ("instead", "use", "switch", "replace", "usa", "nutze", "utilise", "try", "change", "with", "to", "swap", "statt", "por", "make")
                for w in self.words
            )
            and not any(i.kind == "num" for k, i in enumerate(items) if k not in self.used)
        ):
            kind = str(kinds[0].value)
            if all(a.indicator != kind for a in averages):
                swap = {old: ex.call(kind, _length(old), series=old.series) for old in averages}
                self._rewrite(lambda node: swap.get(node, node) if isinstance(node, ex.Call) else node)
                self._touch("entry", f"{kind} in place of {averages[0].indicator}")

    def _level_pair(self) -> None:
        """`RSI 7 with 20/80`: both levels of an oscillator."""
        items = self.reading.items
        for index in range(len(items) - 2):
            first, sign, second = items[index : index + 3]
            if (
                first.kind == second.kind == "num"
                and (sign.norm in ("/", "and", "-", "y", "e", "und", "et", "和"))
                and first.number < second.number
                and not {index, index + 2} & self.used
                and not first.percent
                and not second.percent
            ):
                low = self._set_level("oversold", first.number)
                high = self._set_level("overbought", second.number)
                if low or high:
                    self.used.update(range(index, index + 3))
                return

    def _decl_items(self, compiler: Compiler) -> set[int]:
        return {k for u in compiler.units if u.kind in ("decl", "slot") for k in range(u.start, u.end)}

    def _replace_number(self, compiler: Compiler) -> None:
        """`change 30 to 25`, `35 instead of 30`."""
        items = self.reading.items
        for index in range(len(items) - 2):
            first = items[index]
            if first.kind != "num" or index in self.used:
                continue
            k = index + 1
            while k < len(items) and (items[k].kind in ("till", "fill", "then") or items[k].norm in ("instead", "to")):
                k += 1
            if k >= len(items) or k == index + 1 or items[k].kind != "num" or k in self.used:
                continue
            between = [items[x].norm for x in range(index + 1, k)]
            old, new = (items[k].number, first.number) if "instead" in between else (first.number, items[k].number)
            if self._swap_number(old, new):
                self.used.update(range(index, k + 1))
                return

    def _swap_number(self, old: float, new: float) -> bool:
        hits = sum(
            1
            for side in self.sides.values()
            for key in ("entry", "exit")
            if side[key] is not None
            for n in ex.walk(side[key])
            if n == ex.Number(old)
        )
        if not hits:
            return False
        self._rewrite(lambda node: ex.Number(new) if node == ex.Number(old) else node)
        self._touch("entry", f"{old:g} becomes {new:g}")
        return True

    # -- conditions -----------------------------------------------------------------------------------------------------------

    def _rules(self, compiler: Compiler) -> None:
        rules = compiler.draft.rules
        adds = any(w in _ADD for w in self.words) or any(
            i.kind == "filter" or "filter" in i.norm for i in self.reading.items
        )
        for target, rule in rules.items():
            if not rule.parts:
                continue
            condition = joined(rule.parts)
            if self._forbids() and target in ("buy", "long", "entry_pending"):
                condition, adds = negated(condition), True
            only = any(i.kind == "only" or i.norm.startswith("only") for i in self.reading.items)
            if target in ("exit", "sell", "exit_long", "exit_short"):
                self._exit(target, condition, adds)
            elif target in ("buy", "long", "short", "entry_pending"):
                self._entry(target, condition, adds or only or target == "entry_pending")

    def _forbids(self) -> bool:
        """`don't buy when …`: the opposite becomes a condition of the entry."""
        items = self.reading.items
        for index, item in enumerate(items):
            k = index + 1
            while k < len(items) and items[k].kind == "fill":
                k += 1
            if item.kind == "not" and k < len(items) and items[k].kind == "act" and items[k].value in ("buy", "long"):
                self.used.update(range(index, k + 1))
                return True
        return False

    def _exit(self, target: str, condition: ex.Expression, adds: bool) -> None:
        either = any(i.kind == "or" for i in self.reading.items)
        names = (
            ["long"] if target in ("sell", "exit_long") else ["short"] if target == "exit_short" else list(self.sides)
        )
        if target == "sell" and "long" not in self.sides:
            names = ["short"]
        for name in names:
            side = self.sides.get(name)
            if side is None:
                continue
            wanted = mirrored(condition) if name == "short" and "long" in self.sides and target == "exit" else condition
            old = side["exit"]
            if old is None or not (adds or either):
                side["exit"] = (
                    self._merge_into(old, wanted, ex.Or)
                    if old is not None and self._same_subject(old, wanted)
                    else wanted
                )
            else:
                side["exit"] = ex.disjunction(old, wanted)
        self._touch("exit", f"exit: {condition}")

    def _entry(self, target: str, condition: ex.Expression, adds: bool) -> None:
        names = ["short"] if target == "short" else ["long"] if target in ("long",) else list(self.sides)
        if target == "buy" and "long" in self.sides and len(self.sides) == 2:
            names = list(self.sides)
        for name in names:
            side = self.sides.get(name)
            if side is None and target in ("short", "long"):
                other = next(iter(self.sides.values()))
                self.sides[name] = {**self._mirrored_side(other), "entry": condition}
                continue
            if side is None:
                continue
            wanted = (
                mirrored(condition) if name == "short" and target != "short" and "long" in self.sides else condition
            )
            old = side["entry"]
            if self._same_subject(old, wanted):
                side["entry"] = self._merge_into(old, wanted, ex.And)
            elif adds:
                side["entry"] = ex.conjunction(old, wanted)
            else:
                side["entry"] = wanted
        self._touch("entry", f"entry: {condition}")

    @staticmethod
    def _same_subject(old: ex.Expression, new: ex.Expression) -> bool:
        """Whether a part of the old rule measures the same thing in the same direction."""
        return any(_twin(p, q) for p in _pieces(old) for q in _pieces(new))

    @staticmethod
    def _merge_into(old: ex.Expression, new: ex.Expression, kind: Any) -> ex.Expression:
        pieces = list(_pieces(old))
        for piece in _pieces(new):
            twin = next((k for k, p in enumerate(pieces) if _twin(p, piece)), None)
            if twin is None:
                pieces.append(piece)
            else:
                pieces[twin] = piece
        join = ex.disjunction if kind is ex.Or and isinstance(old, ex.Or) else ex.conjunction
        return join(*pieces)

    # -- directions ----------------------------------------------------------------------------------------------------------------

    def _direction(self, compiler: Compiler) -> None:
        if "direction" in self.touched:
            return
        flags = compiler.draft.flags
        if "long_only" in flags:
            self._one_side("long")
            return
        if "short_only" in flags:
            self._one_side("short")
            return
        acts = {str(u.value) for u in compiler.units if u.kind == "act"}
        mirror = "mirror" in flags or bool(compiler.draft.mirrors)
        wants_short = ("short" in acts or "short" in compiler.draft.mirrors) and not compiler.draft.rules.get("short", Rule()).parts
        also = any(w in _ADD or w in ("both", "the shorts", "shorts", "auch", "tambien", "também", "tambem", "aussi", "也") for w in self.words)
        ruled = any(compiler.draft.rules.get(name, Rule()).parts for name in ("short", "long", "buy", "sell", "entry_pending"))
        if len(self.sides) == 1 and not ruled and not also and not mirror:
            other = "short" if "long" in self.sides else "long"
            if other in acts and self._turns():
                (side,) = self.sides.values()
                self.sides = {other: self._mirrored_side(side)}
                self._touch("direction", f"{other} in place of {'long' if other == 'short' else 'short'}")
                return
        if "both_sides" in flags or (wants_short and (mirror or also)):
            if "short" not in self.sides and "long" in self.sides:
                self.sides["short"] = self._mirrored_side(self.sides["long"])
                self._touch("short", "the short side as the mirror of the long")
        elif "long" in acts and also and "long" not in self.sides and "short" in self.sides:
            self.sides["long"] = self._mirrored_side(self.sides["short"])
            self._touch("long", "the long side as the mirror of the short")

    def _turns(self) -> bool:
        """`make it short instead`, `改成做空`: the other direction in place of this one."""
        turning = ("instead", "make", "switch", "flip", "turn", "change", "改成", "改为", "改", "换成", "statt", "en vez", "no lugar")
        return any(w in turning for w in self.words) or any(w in self.text for w in ("改", "换"))

    def _mirrored_side(self, side: dict[str, Any]) -> dict[str, Any]:
        try:
            model = Side.model_validate(side).mirrored()
        except ValidationError as error:
            self.problem = f"that gives no valid side: {error.errors(include_url=False)[0]['msg']}"
            return dict(side)
        return {key: getattr(model, key) for key in Side.model_fields}

    def _one_side(self, keep: str) -> None:
        if keep in self.sides and len(self.sides) == 2:
            self.sides = {keep: self.sides[keep]}
            self._touch("direction", f"{keep} only")

    # -- the patch --------------------------------------------------------------------------------------------------------------------

    def _patch(self, forced: Intent | None) -> FeedbackResult:
        data: dict[str, Any] = {name: getattr(self.spec, name) for name in StrategySpec.model_fields}
        data.update(self.update)
        data["long"], data["short"] = self.sides.get("long"), self.sides.get("short")
        origin = Origin(source="feedback", words=self.text[:300])
        try:
            changed = StrategySpec.model_validate(data)
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]
            return FeedbackResult(
                "unclear", message=f"that gives no valid strategy: {problem['msg']}", why=tuple(self.why)
            )
        changes = diff(self.spec, changed)
        if not changes:
            return FeedbackResult(
                "unclear", message="that is how it is already; what should change?", why=tuple(self.why)
            )
        errors = [f for f in check(changed) if f.severity == "error"]
        known = {f.message for f in check(self.spec)}
        fresh = [f for f in errors if f.message not in known]
        if fresh:
            return FeedbackResult("unclear", message=f"{fresh[0].field}: {fresh[0].message}", why=tuple(self.why))
        provenance = dict(changed.provenance)
        for item in changes:
            for path in {item.field, ".".join(item.field.split(".")[:2]), item.field.split(".")[0]}:
                if path in provenance or path == item.field:
                    provenance[path] = origin
        changed = changed.model_copy(update={"provenance": provenance})
        if self.original.parameters:
            changed = parameterized(changed)
        rerun = {item.field.split(".")[0] for item in changes} <= {
            "period",
            "cash",
            "currency",
            "fees",
            "slippage_percent",
        }
        intent: Intent = (
            forced if forced in ("modify_spec", "rerun_backtest") else ("rerun_backtest" if rerun else "modify_spec")
        )
        return FeedbackResult(intent, changed, tuple(changes), "; ".join(str(c) for c in changes), why=tuple(self.why))


def _has(text: str, phrase: str) -> bool:
    return f" {phrase} " in f" {text} " or (phrase in text and not phrase.isascii())


def _pieces(node: ex.Expression) -> tuple[ex.Expression, ...]:
    return node.parts if isinstance(node, ex.And | ex.Or) else (node,)


def _twin(old: ex.Expression, new: ex.Expression) -> bool:
    """Two conditions on one measure in one direction: the new one takes the old one's place."""
    left, right = _measure(old), _measure(new)
    return left is not None and left == right


def _measure(node: ex.Expression) -> tuple[str, str, bool] | None:
    if isinstance(node, ex.Function) and node.name in ("all", "any"):
        return _measure(node.arguments[0])
    if isinstance(node, ex.Compare | ex.Cross) and isinstance(node.right, ex.Number):
        base = node.left.operand if isinstance(node.left, ex.At | ex.Lag) else node.left
        if isinstance(base, ex.Call):
            up = node.above if isinstance(node, ex.Cross) else node.operator in (">", ">=")
            return base.indicator, base.output, up
    return None


def _length(call: ex.Call) -> float:
    first = call.arguments[0] if call.arguments else None
    return first.value if isinstance(first, ex.Number) else 0.0
