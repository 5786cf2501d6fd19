"""Files that Python cannot read, and the slips in them that a rule can mend."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from vibetrader.compile.checks.program import Edit, Mistake
from vibetrader.results.findings import ErrorClass, Finding

_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "′": "'", "″": '"'})
_FENCE = re.compile(r"^\s*(```|''')\s*\w*\s*$")


def syntax_mistake(source: str, error: SyntaxError | ValueError) -> Mistake:
    """The one mistake of an unreadable file; its edits are there when some rule makes it readable."""
    line = getattr(error, "lineno", None)
    lines = source.splitlines()
    message = error.msg if isinstance(error, SyntaxError) else str(error)
    mended = _mended(source, line or 1)
    finding = Finding(
        error_class=ErrorClass.SYNTAX,
        stage="check",
        raw=f"{message} (main.py, line {line})",
        line=line,
        column=getattr(error, "offset", None),
        source=lines[line - 1].rstrip() if line and line <= len(lines) else "",
        cause="Python cannot read the file, so LEAN never gets to see the algorithm.",
        fix="Mend the line that is named; the mistake may stand at the end of the line before it.",
        example=_changed_line(source, mended) if mended else "",
        repair="syntax" if mended else None,
    )
    return Mistake(finding, (Edit(0, len(source), mended),) if mended else ())


def _mended(source: str, line: int) -> str | None:
    for candidate in _candidates(source, line):
        if candidate != source and _reads(candidate):
            return candidate
    # Some slips come in company: a fence and curly quotes, say. Each rule once over the whole file, then one more try.
    together = _everywhere(source)
    if together != source:
        if _reads(together):
            return together
        number = _error_line(together)
        return next((c for c in _candidates(together, number) if _reads(c)), None)
    return None


def _reads(source: str) -> bool:
    try:
        compile(source, "main.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def _error_line(source: str) -> int:
    try:
        compile(source, "main.py", "exec", dont_inherit=True)
    except SyntaxError as error:
        return error.lineno or 1
    except ValueError:
        pass
    return 1


def _everywhere(source: str) -> str:
    lines = [line for line in source.replace("\x00", "").lstrip("\ufeff").split("\n") if not _FENCE.match(line)]
    text = "\n".join(
        line.expandtabs(4) if line[: len(line) - len(line.lstrip())].count("\t") else line for line in lines
    )
    text = text.translate(_QUOTES)
    return re.sub(r"(?<![\w.])0+([1-9]\d*)\b(?!\.)", r"\1", text)


_FENCED = re.compile(r"^\s*```\w*[ \t]*\n(.*?)^\s*```\s*$", re.DOTALL | re.MULTILINE)


def _candidates(source: str, number: int) -> Iterator[str]:
    blocks = _FENCED.findall(source)
    if blocks:  # an answer of a model with words around the program
        yield max(blocks, key=len)
    lines = source.split("\n")
    at = min(max(number, 1), len(lines)) - 1
    line = lines[at]

    def with_line(text: str, index: int = at) -> str:
        return "\n".join([*lines[:index], text, *lines[index + 1 :]])

    body = line.split("#")[0].rstrip()
    if re.match(r"\s*(def|class|if|elif|else|for|while|with|try|except|finally|match|case)\b", line):
        yield with_line(body + ":" + line[len(body) :])
    if at > 0:
        before = lines[at - 1].split("#")[0].rstrip()
        if re.match(r"\s*(def|class|if|elif|else|for|while|with|try|except|finally)\b", before):
            yield with_line(before + ":", at - 1)
    yield "\n".join(text for text in lines if not _FENCE.match(text))
    yield source.translate(_QUOTES)
    yield re.sub(r"(?<![\w.])0+([1-9]\d*)\b(?!\.)", r"\1", source)
    yield with_line(re.sub(r"(?<![=!<>:+\-*/%&|^])=(?!=)", "==", line))
    yield "\n".join(text.expandtabs(8) for text in lines)
    yield "\n".join(text.expandtabs(4) for text in lines)
    # An indentation that fits no block takes that of its neighbours.
    for near in (at - 1, at + 1):
        if 0 <= near < len(lines) and lines[near].strip():
            indent = lines[near][: len(lines[near]) - len(lines[near].lstrip())]
            yield with_line(indent + line.lstrip())
            if lines[near].rstrip().endswith(":"):
                yield with_line(indent + "    " + line.lstrip())
    # A text that is not closed: it ends before the next comma or bracket.
    for quote in ('"', "'"):
        if line.count(quote) % 2:
            start = line.rfind(quote)
            for stop in re.finditer(r"[,)\]]", line[start:]):
                position = start + stop.start()
                yield with_line(line[:position] + quote + line[position:])
            yield with_line(line + quote)
    for closing in (")", "]", "}"):
        yield with_line(body + closing + line[len(body) :])
        if at > 0:
            yield with_line(lines[at - 1].rstrip() + closing, at - 1)
        if closing in line:
            where = line.rfind(closing)
            yield with_line(line[:where] + line[where + 1 :])


def _changed_line(before: str, after: str) -> str:
    old, new = before.splitlines(), after.splitlines()
    for tag, _, _, start, end in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if tag in ("replace", "insert"):
            return "\n".join(new[start : min(end, start + 2)])
    return ""
