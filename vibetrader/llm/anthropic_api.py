"""Anthropic's messages through its SDK."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from vibetrader.errors import ProviderError
from vibetrader.llm.failures import explained
from vibetrader.llm.protocol import Answer, Call, ToolCall, Turn, Usage, Watcher
from vibetrader.llm.sdk import SdkModel

if TYPE_CHECKING:
    pass


class AnthropicModel(SdkModel):
    """A model behind Anthropic's wire format."""

    provider = "anthropic"

    def _package(self) -> str:
        return "anthropic"

    def _import(self) -> Callable[..., Any]:
        from anthropic import Anthropic

        return Anthropic

    def _once(self, call: Call, watch: Watcher) -> Answer:
        client = self._client()
        output: dict[str, Any] = {"format": {"type": "json_schema", "schema": call.reply_schema}}
        if call.effort:
            output["effort"] = call.effort
        options: dict[str, Any] = {"output_config": output}
        if call.tools:
            options["tools"] = [
                {"name": t.name, "description": t.description, "input_schema": t.parameters, "strict": True}
                for t in call.tools
            ]
        arrived = 0
        finished = False
        with client.messages.stream(
            model=self.name,
            max_tokens=call.max_output_tokens,
            system=call.system,
            messages=_messages(call.turns),
            **options,
        ) as stream:
            for event in stream:
                if event.type == "text":
                    arrived += len(event.text)
                elif event.type == "input_json":
                    arrived += len(event.partial_json)
                elif event.type == "message_stop":
                    finished = True
                watch(arrived)
            if not finished:
                raise ConnectionError("the answer ended before it was whole")
            final = stream.get_final_message()
        blocks = final.content
        calls = tuple(
            ToolCall(id=b.id, name=b.name, arguments=json.dumps(b.input, ensure_ascii=False))
            for b in blocks
            if b.type == "tool_use"
        )
        cached = final.usage.cache_read_input_tokens or 0
        fresh = final.usage.input_tokens + (final.usage.cache_creation_input_tokens or 0)
        return Answer(
            text="".join(b.text for b in blocks if b.type == "text"),
            tool_calls=calls,
            stop=_STOPS.get(final.stop_reason or "", "end"),
            usage=Usage(input_tokens=fresh + cached, output_tokens=final.usage.output_tokens, cached_tokens=cached),
            model=final.model,
        )

    def _explain(self, error: Exception) -> ProviderError | None:
        import anthropic

        return explained(
            error,
            provider="Anthropic" if not self._base_url else f"the server at {self._base_url}",
            key_name="ANTHROPIC_API_KEY",
            model=self.name,
            status_error=anthropic.APIStatusError,
            connection_error=anthropic.APIConnectionError,
            timeout_error=anthropic.APITimeoutError,
            sdk_error=anthropic.AnthropicError,
            secrets=(self._key,),
        )


_STOPS: Mapping[str, Literal["tools", "length", "refusal"]] = {
    "tool_use": "tools",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "refusal",
}


def _messages(turns: tuple[Turn, ...]) -> Any:
    """Turns as Anthropic takes them: results of one round of tools stand together in one user message."""
    messages: list[dict[str, Any]] = []
    for turn in turns:
        if turn.role == "tool":
            block = {"type": "tool_result", "tool_use_id": turn.tool_call_id, "content": turn.text}
            if messages and messages[-1]["role"] == "user" and isinstance(messages[-1]["content"], list):
                messages[-1]["content"].append(block)
            else:
                messages.append({"role": "user", "content": [block]})
        elif turn.tool_calls:
            text = [{"type": "text", "text": turn.text}] if turn.text else []
            uses = [
                {"type": "tool_use", "id": c.id, "name": c.name, "input": json.loads(c.arguments or "{}")}
                for c in turn.tool_calls
            ]
            messages.append({"role": "assistant", "content": [*text, *uses]})
        else:
            messages.append({"role": turn.role, "content": turn.text})
    return messages
