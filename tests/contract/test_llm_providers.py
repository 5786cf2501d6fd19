"""Both providers, through their own SDKs, against a server that speaks their wire formats."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from tests.llm_server import INPUT_TOKENS, OUTPUT_TOKENS, Cut, Fail, Hang, Refuse, Reply, Say, Use, model_server
from vibetrader.errors import ProviderError
from vibetrader.llm import LlmRequest
from vibetrader.llm.anthropic_api import AnthropicModel
from vibetrader.llm.conversation import Conversation
from vibetrader.llm.openai_api import OpenAIModel
from vibetrader.llm.protocol import Call, Model, Turn
from vibetrader.llm.schema import strict_schema

pytest.importorskip("openai", reason="needs the llm extra")
pytest.importorskip("anthropic", reason="needs the llm extra")

KEY = "sk-secret-key-that-must-not-show"


class Word(BaseModel):
    """A reply."""

    model_config = ConfigDict(extra="forbid")

    word: str


class LookUp:
    """A tool that remembers what it was asked."""

    name = "look_up"
    description = "Look something up."

    class Arguments(BaseModel):
        """What to look for."""

        model_config = ConfigDict(extra="forbid")

        query: str

    arguments: type[BaseModel] = Arguments

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, arguments: Any) -> str:
        self.asked.append(arguments.query)
        return f"found {arguments.query}"


Make = Callable[..., Model]


@pytest.fixture(params=["openai", "anthropic"])
def make(request: pytest.FixtureRequest) -> Make:
    """A model of each provider, at a server's address."""

    def build(url: str, *, timeout_s: float = 5.0, retries: int = 0) -> Model:
        if request.param == "openai":
            return OpenAIModel("gpt-5.1", api_key=KEY, base_url=f"{url}/v1", timeout_s=timeout_s, retries=retries)
        return AnthropicModel("claude-sonnet-4-6", api_key=KEY, base_url=url, timeout_s=timeout_s, retries=retries)

    return build


CALL = Call(
    task="ping",
    system="Be brief.",
    turns=(Turn(role="user", text="Say a word."),),
    schema_name="Word",
    reply_schema=strict_schema(Word),
    max_output_tokens=100,
)


def ask(make: Make, script: list[Reply], **options: Any) -> Any:
    with model_server(script) as server:
        return make(server.url, **options).ask(CALL), server


def failure(make: Make, script: list[Reply], **options: Any) -> ProviderError:
    with model_server(script) as server, pytest.raises(ProviderError) as caught:
        make(server.url, **options).ask(CALL)
    assert KEY not in str(caught.value) + caught.value.hint
    return caught.value


def test_an_answer_with_its_usage(make: Make) -> None:
    arrived: list[int] = []
    with model_server([Say({"word": "hello"})]) as server:
        answer = make(server.url).ask(CALL, arrived.append)
    assert json.loads(answer.text) == {"word": "hello"}
    assert answer.stop == "end"
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (INPUT_TOKENS, OUTPUT_TOKENS)
    assert arrived == sorted(arrived) and arrived[-1] >= len('{"word": "hello"}')


def test_the_request_carries_schema_cap_and_key(make: Make) -> None:
    _, server = ask(make, [Say({"word": "x"})])
    body = server.requests[0]
    assert '"additionalProperties": false' in json.dumps(body)
    assert 100 in (body.get("max_tokens"), body.get("max_completion_tokens"))
    assert "temperature" not in body
    headers = server.headers[0]
    assert KEY in headers.get("authorization", "") + headers.get("x-api-key", "")
    assert KEY not in json.dumps(body)


@pytest.mark.parametrize(
    ("status", "hint"), [(401, "_API_KEY"), (403, "_API_KEY"), (404, "model"), (413, "too long"), (400, "--llm NAME")]
)
def test_errors_that_are_not_worth_a_retry(make: Make, status: int, hint: str) -> None:
    with model_server([Fail(status, f"bad key {KEY}"), Say({"word": "x"})]) as server:
        with pytest.raises(ProviderError) as caught:
            make(server.url, retries=2).ask(CALL)
        assert len(server.requests) == 1
    assert str(status) in caught.value.message
    assert hint in caught.value.hint
    assert KEY not in caught.value.message


@pytest.mark.parametrize("status", [429, 500, 503, 529])
def test_overload_is_tried_again(make: Make, status: int) -> None:
    answer, server = ask(make, [Fail(status, headers={"Retry-After": "0.01"}), Say({"word": "x"})], retries=1)
    assert json.loads(answer.text) == {"word": "x"}
    assert len(server.requests) == 2


def test_overload_that_stays_is_told(make: Make) -> None:
    error = failure(make, [Fail(429, headers={"Retry-After": "0.01"})], retries=1)
    assert "429" in error.message and "wait" in error.hint


def test_a_cut_stream_is_tried_again(make: Make) -> None:
    answer, server = ask(make, [Cut(), Say({"word": "x"})], retries=1)
    assert json.loads(answer.text) == {"word": "x"}
    assert len(server.requests) == 2


def test_a_stream_that_is_always_cut_is_told(make: Make) -> None:
    assert "broke off" in failure(make, [Cut()]).message


def test_silence_ends_in_time(make: Make) -> None:
    assert "in time" in failure(make, [Hang(1.0)], timeout_s=0.2).message


def test_nobody_there(make: Make) -> None:
    with pytest.raises(ProviderError) as caught:
        make("http://127.0.0.1:9").ask(CALL)
    assert "cannot be reached" in caught.value.message


def test_a_refusal_is_no_answer(make: Make) -> None:
    answer, _ = ask(make, [Refuse("I will not do that.")])
    assert (answer.stop, answer.text) == ("refusal", "I will not do that.")


def test_a_cut_off_answer_is_known_as_such(make: Make) -> None:
    answer, _ = ask(make, [Say('{"word": "lon', finish="length")])
    assert answer.stop == "length"


def complete(make: Make, script: list[Reply], **options: Any) -> tuple[Any, Any]:
    with model_server(script) as server:
        conversation = Conversation(make(server.url), max_output_tokens=100)
        return conversation.complete(LlmRequest(task="ping", inputs={}, reply=Word, **options)).value, server


def test_tools_are_run_and_their_answers_sent_back(make: Make) -> None:
    tool = LookUp()
    script: list[Reply] = [
        Use((("look_up", {"query": "a"}), ("look_up", {"query": "b"}))),
        Use((("look_up", {"nonsense": 1}), ("nothing", {}))),
        Say({"word": "done"}),
    ]
    value, server = complete(make, script, tools=(tool,))
    assert value.word == "done"
    assert tool.asked == ["a", "b"]
    sent = json.dumps(server.requests[2])
    assert "found a" in sent and "found b" in sent
    assert "there is no tool" in sent and "Field required" in sent


def test_an_answer_of_the_wrong_form_is_asked_for_once_more(make: Make) -> None:
    value, server = complete(make, [Say("not JSON at all"), Say({"word": "now"})])
    assert value.word == "now"
    assert "Invalid JSON" in json.dumps(server.requests[1])


@pytest.mark.parametrize("bad", [Say("nonsense"), Say({"wort": "x"}), Say({"word": 3}), Say("[]"), Say("")])
def test_two_wrong_answers_end_it(make: Make, bad: Reply) -> None:
    with model_server([bad]) as server:
        conversation = Conversation(make(server.url), max_output_tokens=100)
        with pytest.raises(ProviderError, match="twice"):
            conversation.complete(LlmRequest(task="ping", inputs={}, reply=Word))
        assert len(server.requests) == 2


def test_what_the_room_cannot_use_goes_back_with_the_reason(make: Make) -> None:
    def check(reply: Word) -> None:
        if reply.word != "right":
            raise ValueError(f"{reply.word} is not right")

    value, server = complete(make, [Say({"word": "wrong"}), Say({"word": "right"})], check=check)
    assert value.word == "right"
    assert "wrong is not right" in json.dumps(server.requests[1])


def test_a_refusal_ends_the_task(make: Make) -> None:
    with model_server([Refuse("No.")]) as server:
        conversation = Conversation(make(server.url), max_output_tokens=100)
        with pytest.raises(ProviderError, match=r"refused: No\."):
            conversation.complete(LlmRequest(task="ping", inputs={}, reply=Word))


def test_endless_look_ups_end(make: Make) -> None:
    with model_server(
        lambda body, n: Use((("look_up", {"query": str(n)}),)) if body.get("tools") else Say({"word": "ok"})
    ) as server:
        conversation = Conversation(make(server.url), max_output_tokens=100)
        reply = conversation.complete(LlmRequest(task="ping", inputs={}, reply=Word, tools=(LookUp(),)))
    assert reply.value.word == "ok"
    assert len(server.requests) == 9
