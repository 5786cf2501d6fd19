"""A local server that speaks OpenAI's and Anthropic's wire formats and answers from a script."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# Tokens that every answer claims.
INPUT_TOKENS, OUTPUT_TOKENS = 1000, 200


@dataclass(frozen=True)
class Say:
    """A whole answer: text, or an object that is sent as JSON."""

    content: Any
    finish: str = "stop"
    output_tokens: int = OUTPUT_TOKENS

    @property
    def text(self) -> str:
        return self.content if isinstance(self.content, str) else json.dumps(self.content)


@dataclass(frozen=True)
class Use:
    """The model asks for tools: name and arguments each."""

    calls: tuple[tuple[str, dict[str, Any]], ...]


@dataclass(frozen=True)
class Fail:
    """An error answer."""

    status: int
    message: str = "scripted failure"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Refuse:
    """The model will not."""

    reason: str


@dataclass(frozen=True)
class Cut:
    """The stream breaks off after the first piece."""


@dataclass(frozen=True)
class Hang:
    """Nothing comes for so long."""

    seconds: float


Reply = Say | Use | Fail | Refuse | Cut | Hang
Script = Callable[[dict[str, Any], int], Reply]


@dataclass
class ModelServer:
    """What a test sees of the server."""

    url: str
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """Settings that lead both providers here."""
        return {
            "OPENAI_API_KEY": "sk-test-openai-key-0123456789",
            "ANTHROPIC_API_KEY": "sk-ant-test-key-0123456789",
            "VIBETRADER_OPENAI_BASE_URL": f"{self.url}/v1",
            "VIBETRADER_ANTHROPIC_BASE_URL": self.url,
        }


@contextmanager
def model_server(script: Script | list[Reply]) -> Iterator[ModelServer]:
    """A running server; the last reply of a list answers every further request."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *arguments: object) -> None:
            pass

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                number = len(seen.requests)
                seen.requests.append(body)
                seen.headers.append({name.lower(): value for name, value in self.headers.items()})
            reply = script[min(number, len(script) - 1)] if isinstance(script, list) else script(body, number)
            anthropic = self.path.endswith("/messages")
            if isinstance(reply, Hang):
                time.sleep(reply.seconds)
                self.close_connection = True
                return
            if isinstance(reply, Fail):
                self._fail(reply, anthropic)
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            for piece in (_anthropic if anthropic else _openai)(reply, body["model"]):
                self.wfile.write(piece.encode())
                self.wfile.flush()
            self.close_connection = True

        def _fail(self, reply: Fail, anthropic: bool) -> None:
            error: dict[str, Any] = {"message": reply.message, "type": "scripted", "code": None, "param": None}
            body = {"type": "error", "error": error} if anthropic else {"error": error}
            data = json.dumps(body).encode()
            self.send_response(reply.status)
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    seen = ModelServer(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        server.shutdown()
        server.server_close()


def _pieces(text: str) -> list[str]:
    """The text in a few parts, as a stream brings it."""
    size = max(1, len(text) // 3 + 1)
    return [text[start : start + size] for start in range(0, len(text), size)]


def _openai(reply: Reply, model: str) -> Iterator[str]:
    def chunk(delta: dict[str, Any], finish: str | None = None, usage: dict[str, Any] | None = None) -> str:
        choices = [] if usage else [{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}]
        body = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": model, "choices": choices}
        return f"data: {json.dumps({**body, 'usage': usage})}\n\n"

    yield chunk({"role": "assistant", "content": ""})
    finish, tokens = "stop", OUTPUT_TOKENS
    if isinstance(reply, Cut):
        yield chunk({"content": '{"code": "half'})
        return
    if isinstance(reply, Refuse):
        yield chunk({"refusal": reply.reason})
    elif isinstance(reply, Use):
        finish = "tool_calls"
        for index, (name, arguments) in enumerate(reply.calls):
            head = {"index": index, "id": f"call_{index}", "type": "function"}
            yield chunk({"tool_calls": [{**head, "function": {"name": name, "arguments": ""}}]})
            for piece in _pieces(json.dumps(arguments)):
                yield chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    elif isinstance(reply, Say):
        finish, tokens = reply.finish, reply.output_tokens
        for piece in _pieces(reply.text):
            yield chunk({"content": piece})
    yield chunk({}, finish)
    total = INPUT_TOKENS + tokens
    yield chunk({}, usage={"prompt_tokens": INPUT_TOKENS, "completion_tokens": tokens, "total_tokens": total})
    yield "data: [DONE]\n\n"


def _anthropic(reply: Reply, model: str) -> Iterator[str]:
    def event(kind: str, **body: Any) -> str:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **body})}\n\n"

    usage = {"input_tokens": INPUT_TOKENS, "output_tokens": 1}
    message = {"id": "m1", "type": "message", "role": "assistant", "model": model, "content": [], "usage": usage}
    yield event("message_start", message={**message, "stop_reason": None, "stop_sequence": None})
    stop, tokens = "end_turn", OUTPUT_TOKENS
    blocks: list[tuple[dict[str, Any], str, str]] = []
    if isinstance(reply, Use):
        stop = "tool_use"
        for index, (name, arguments) in enumerate(reply.calls):
            head = {"type": "tool_use", "id": f"tool_{index}", "name": name, "input": {}}
            blocks.append((head, "input_json_delta", json.dumps(arguments)))
    elif isinstance(reply, Refuse):
        stop = "refusal"
        blocks.append(({"type": "text", "text": ""}, "text_delta", reply.reason))
    elif isinstance(reply, Say):
        stop = {"length": "max_tokens", "stop": "end_turn"}[reply.finish]
        tokens = reply.output_tokens
        blocks.append(({"type": "text", "text": ""}, "text_delta", reply.text))
    elif isinstance(reply, Cut):
        blocks.append(({"type": "text", "text": ""}, "text_delta", '{"code": "half'))
    for index, (head, kind, text) in enumerate(blocks):
        yield event("content_block_start", index=index, content_block=head)
        for piece in _pieces(text):
            part = {"partial_json": piece} if kind == "input_json_delta" else {"text": piece}
            yield event("content_block_delta", index=index, delta={"type": kind, **part})
        if isinstance(reply, Cut):
            return
        yield event("content_block_stop", index=index)
    delta = {"stop_reason": stop, "stop_sequence": None}
    yield event("message_delta", delta=delta, usage={"output_tokens": tokens})
    yield event("message_stop")
