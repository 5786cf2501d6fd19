"""The offline compiler: people's words to a spec, without network, model or clock."""

from __future__ import annotations

from datetime import date
from typing import Final

from vibetrader.spec.words.assemble import Assembler
from vibetrader.spec.words.compiler import Compiler
from vibetrader.spec.words.lexing import read
from vibetrader.spec.words.result import ClarifyResult

LONGEST: Final = 4000
"""Characters of an idea that are read; a longer text is refused rather than half read."""


def clarify_text(text: str, today: date) -> ClarifyResult:
    """The reading of an idea. Pure: the same text and day give the same answer.

    Args:
        text: What the user typed. Data only: nothing in it is executed, fetched or obeyed.
        today: What relative dates count from.
    """
    if not text.strip():
        return ClarifyResult("refused", message="the idea is empty; describe when to buy and when to sell")
    if len(text) > LONGEST:
        return ClarifyResult(
            "refused",
            message=f"the idea has {len(text)} characters; at most {LONGEST} are read: describe one rule in a few sentences",
        )
    if _is_code(text):
        return ClarifyResult("refused", message="this looks like program code; describe the rules in words")
    reading = read(text)
    compiler = Compiler(reading, today)
    draft = compiler.compile()
    return Assembler(compiler, draft, text, today).result()


def _is_code(text: str) -> bool:
    """Program text: a language's own marks, several of them."""
    marks = (
        "//@",
        "strategy(",
        "def ",
        "import ",
        "function ",
        "();",
        "{{",
        "${",
        "$(",
        "=>",
        "</",
        "class ",
        "var ",
        "crossover(",
        "self.",
        "print(",
        "SELECT ",
        "DROP TABLE",
        "<script",
        "#!/",
        "sudo ",
        "rm -rf",
        "curl ",
        "exec(",
        "eval(",
        "__import__",
        "os.system",
    )
    count = sum(mark in text for mark in marks)
    return count >= 2 or any(
        mark in text
        for mark in ("//@", "<script", "os.system", "__import__", "rm -rf", "#!/", "DROP TABLE", "$(", "${", "{{")
    )
