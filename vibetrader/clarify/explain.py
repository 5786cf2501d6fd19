"""How an idea was read: each piece of the text, the readings considered, what was assumed and what was not used."""

from __future__ import annotations

from typing import Any

from vibetrader.clarify.describe import describe
from vibetrader.spec.words.result import ClarifyResult

_KINDS = {
    "act": "action", "cond": "condition", "slot": "setting", "symbol": "instrument", "mirror": "the opposite",
    "decl": "named", "idea": "kind of strategy", "unknown": "not understood", "unsupported": "beyond a spec",
}  # fmt: skip


def explanation(result: ClarifyResult) -> dict[str, Any]:
    """The reading as data, for `--json`."""
    return {
        "verdict": result.verdict,
        "sentence": describe(result.spec) if result.spec is not None and result.verdict == "ok" else "",
        "readings": [{"words": words, "meaning": _meaning(meaning)} for words, meaning in _told(result)],
        "considered": [{"words": w, "taken": taken, "other": other} for w, taken, other in result.considered],
        "assumptions": [{"field": a.field, "text": a.text, "source": a.source} for a in result.assumptions],
        "questions": [q.text for q in result.questions],
        "unsupported": [{"what": u.what, "words": u.words, "reason": u.reason} for u in result.unsupported],
        "not_understood": list(result.not_understood),
        "not_used": list(result.ignored),
    }


def explanation_text(result: ClarifyResult) -> str:
    """The reading for people."""
    lines = ["Read as"]
    told = _told(result)
    width = min(48, max((len(words) for words, _ in told), default=0))
    lines += [f"  {_short(words, width):{width}}  {_meaning(meaning)}" for words, meaning in told]
    if result.considered:
        lines.append("Other readings considered")
        for words, taken, other in result.considered:
            lines += [f"  {words!r}", f"    taken: {taken}", f"    other: {other}"]
    if result.assumptions:
        lines.append("Assumed")
        lines += [f"  {a.field}: {a.text} ({a.source})" for a in result.assumptions]
    for title, found in (
        ("Beyond a spec", [f"{u.what} ({u.words!r}): {u.reason}" for u in result.unsupported]),
        ("Open", [q.text for q in result.questions]),
        ("Not used", [repr(words) for words in result.ignored]),
    ):
        if found:
            lines += [title, *(f"  {line}" for line in found)]
    if result.message:
        lines.append(f"Refused: {result.message}")
    if result.spec is not None and result.verdict == "ok":
        lines += ["In one sentence", f"  {describe(result.spec)}"]
    return "\n".join(lines)


def _told(result: ClarifyResult) -> list[tuple[str, str]]:
    """Readings that carry meaning, in the text's order."""
    quiet = ("and", "or", "if", "then", "only", "filter")
    return [(words, meaning) for words, meaning in result.readings if meaning.split(":")[0] not in quiet]


def _meaning(meaning: str) -> str:
    kind, _, value = meaning.partition(": ")
    name = _KINDS.get(kind, kind)
    return f"{name}: {value}" if value else name


def _short(text: str, width: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= width else f"{flat[: width - 1]}…"
