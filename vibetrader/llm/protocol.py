"""What the rooms ask of a language model, and what a provider must offer for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

Reply = TypeVar("Reply", bound=BaseModel)


class Tool(Protocol):
    """Something a model may look up while it works; reads only, and answers in text whatever happens.

    Attributes:
        arguments: The model of its arguments; all fields required.
    """

    name: str
    description: str
    arguments: type[BaseModel]

    def __call__(self, arguments: Any) -> str:
        """The answer to validated arguments."""


@dataclass(frozen=True, slots=True)
class LlmRequest(Generic[Reply]):
    """A typed task.

    Attributes:
        task: Names the prompt, `prompts/<task>.md.j2`.
        inputs: What the prompt is rendered with. Text of users and errors enters it marked as data.
        reply: The form of the answer.
        check: Raises ValueError when an answer of the right form cannot be used; its text goes back to the model once.
        tools: What the model may look up before it answers.
    """

    task: str
    inputs: Mapping[str, object]
    reply: type[Reply]
    check: Callable[[Reply], None] = lambda reply: None
    tools: tuple[Tool, ...] = ()


@dataclass(frozen=True, slots=True)
class LlmReply(Generic[Reply]):
    """A validated answer, and who gave it."""

    value: Reply
    provider: str
    model: str


class LLM(Protocol):
    """A language model as the rooms see it. Not shared between threads.

    Raises:
        ProviderError: The provider failed, refused, answered nothing usable twice, or may not be asked.
        BudgetError: The answer might cost more than is left.
    """

    def complete(self, request: LlmRequest[Reply]) -> LlmReply[Reply]:
        """Work on a task until there is a valid answer."""


# ---------------------------------------------------------------------- the wire, in no provider's words


class WireModel(BaseModel):
    """Frozen and closed: these cross a file, the cassette."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ToolCall(WireModel):
    """The model asks for a tool; `arguments` is JSON text as it came."""

    id: str
    name: str
    arguments: str


class Turn(WireModel):
    """One step of a conversation: the user's text, the model's answer with its tool calls, or a tool's result."""

    role: Literal["user", "assistant", "tool"]
    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""


class ToolSpec(WireModel):
    """A tool as a provider is told of it."""

    name: str
    description: str
    parameters: dict[str, Any]


class Call(WireModel):
    """One request to a provider: everything that shapes its answer, and nothing else."""

    task: str
    system: str
    turns: tuple[Turn, ...]
    schema_name: str
    reply_schema: dict[str, Any]
    tools: tuple[ToolSpec, ...] = ()
    max_output_tokens: int
    effort: str = ""


class Usage(WireModel):
    """Tokens as the provider counts them; `cached_tokens` are part of `input_tokens`."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0


class Answer(WireModel):
    """What came back. `stop` is `end`, `tools`, `length` or `refusal`."""

    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    stop: Literal["end", "tools", "length", "refusal"] = "end"
    usage: Usage = Usage()
    model: str = ""


Watcher = Callable[[int], None]
"""Told the number of characters that have arrived so far."""


class Model(Protocol):
    """One provider's model on the wire.

    Attributes:
        provider: `openai`, `anthropic`, or `openai-compatible`.
        name: The model's name as the provider knows it.
    """

    provider: str
    name: str

    def ask(self, call: Call, watch: Watcher = lambda count: None) -> Answer:
        """One answer; retries what is worth retrying.

        Raises:
            ProviderError: Key, network, limits or the provider itself; the text holds no secret.
        """
