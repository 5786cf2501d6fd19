"""Cassettes: each call of a run as a file in its `llm/`, from which the run can be resumed and replayed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from vibetrader._util import jsonio
from vibetrader._util.files import sha256_bytes
from vibetrader.errors import ProviderError, RunDirError
from vibetrader.llm.prices import Price
from vibetrader.llm.protocol import Answer, Call, Model, Watcher, WireModel
from vibetrader.rundir import RunDir
from vibetrader.rundir.layout import LLM_DIR


class Failure(WireModel):
    """A call that gave no answer."""

    message: str
    hint: str = ""


class Cassette(WireModel):
    """One call: `llm/NNN.json`.

    Attributes:
        key: Hash of provider, model and call; the same question has the same key.
        price_usd: By the price table of the day; 0 for an answer out of the cache.
    """

    schema_version: Literal[1] = 1
    key: str
    provider: str
    model: str
    call: Call
    answer: Answer | None = None
    failure: Failure | None = None
    from_cache: bool = False
    price_usd: float = 0.0


def key_of(model: Model, call: Call) -> str:
    """The identity of a question."""
    return sha256_bytes(jsonio.canonical([model.provider, model.name, call.model_dump(mode="json")]).encode())


def read_cassettes(folder: Path) -> dict[str, Cassette]:
    """The cassettes of a run by file name, in order.

    Raises:
        RunDirError: A file that is none.
    """
    found: dict[str, Cassette] = {}
    for path in sorted(folder.glob("[0-9]*.json")) if folder.is_dir() else ():
        try:
            found[path.name] = Cassette.model_validate_json(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, ValidationError) as error:
            raise RunDirError(
                f"{str(path)!r} is torn or no recorded call: {str(error).splitlines()[0]}",
                hint="Remove it; the model is asked again.",
            ) from None
    return found


class Recorded:
    """A model whose answers are kept in the run directory and given again to the same question.

    Args:
        cached: Gives an answer of another run to the same question, or None; and takes one to keep.
        source: A folder of cassettes to replay: its answers and failures are all there is, and nothing is asked.
    """

    def __init__(
        self,
        model: Model,
        run: RunDir,
        price: Price,
        *,
        cached: AnswerCache | None = None,
        source: Path | None = None,
    ) -> None:
        self.provider = model.provider
        self.name = model.name
        self._model = model
        self._run = run
        self._price = price
        self._cache = cached
        self._source = source

    def ask(self, call: Call, watch: Watcher = lambda count: None) -> Answer:
        """See `Model.ask`."""
        key = key_of(self._model, call)
        own = read_cassettes(self._run.path / LLM_DIR)
        answer = _answer(own.values(), key)
        if answer is not None:
            return answer
        if self._source is not None:
            return self._replayed(key, call)
        number = max((int(name.partition(".")[0]) for name in own), default=0) + 1
        kept = self._cache.get(key) if self._cache is not None else None
        cassette = Cassette(key=key, provider=self.provider, model=self.name, call=call)
        if kept is not None:
            self._write(number, cassette.model_copy(update={"answer": kept, "from_cache": True}))
            return kept
        try:
            answer = self._model.ask(call, watch)
        except ProviderError as error:
            failure = Failure(message=error.message, hint=error.hint)
            self._write(number, cassette.model_copy(update={"failure": failure}))
            raise
        price = self._price.of(answer.usage)
        self._write(number, cassette.model_copy(update={"answer": answer, "price_usd": price}))
        if self._cache is not None:
            self._cache.put(key, answer)
        return answer

    def _replayed(self, key: str, call: Call) -> Answer:
        assert self._source is not None
        found = {name: c for name, c in read_cassettes(self._source).items() if c.key == key}
        if not found:
            raise ProviderError(
                f"no recorded answer to this {call.task!r} call in {str(self._source)!r}",
                hint="The run was made by another version or with other settings; `vibetrader run` makes it anew.",
            )
        for name in found:
            self._run.write_file(f"{LLM_DIR}/{name}", (self._source / name).read_bytes())
        answer = _answer(found.values(), key)
        if answer is None:
            failure = next(c.failure for c in found.values() if c.failure is not None)
            raise ProviderError(failure.message, hint=failure.hint)
        return answer

    def _write(self, number: int, cassette: Cassette) -> None:
        text = jsonio.dumps(cassette.model_dump(mode="json"), indent=1) + "\n"
        self._run.write_file(f"{LLM_DIR}/{number:03d}.json", text)


class AnswerCache:
    """Answers of earlier runs by the identity of their question; safe for many processes, as files are written whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> Answer | None:
        """The answer, None when there is none that can be read."""
        try:
            return Answer.model_validate_json((self._folder / f"{key}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def put(self, key: str, answer: Answer) -> None:
        """Keep an answer; a full or read-only disk only means that it is not kept."""
        import contextlib

        from vibetrader._util.files import atomic_write

        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            atomic_write(self._folder / f"{key}.json", answer.model_dump_json().encode(), durable=False)


def _answer(cassettes: Iterable[Cassette], key: str) -> Answer | None:
    return next((c.answer for c in cassettes if c.key == key and c.answer is not None), None)
