"""Static checks of a LEAN program, before anything runs."""

from __future__ import annotations

from collections.abc import Sequence

from vibetrader.results.findings import ErrorClass, Finding


def check(source: str) -> Sequence[Finding]:
    """Findings of a program, in order of their lines."""
    try:
        compile(source, "main.py", "exec", dont_inherit=True)
    except SyntaxError as error:
        line = error.lineno or None
        return [
            Finding(
                error_class=ErrorClass.SYNTAX,
                stage="check",
                raw=f"{error.msg} (main.py, line {line})",
                line=line,
                column=error.offset,
                source=(error.text or "").rstrip(),
                cause="Python cannot read the file, so LEAN never gets to see the algorithm.",
                fix="Mend the line that is named; the mistake may stand at the end of the line before it.",
            )
        ]
    return []
