"""What a front end shows: one line of `messages.jsonl` each."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from vibetrader.results.model import FileModel

MessageType = Literal["text", "code", "progress", "metrics", "results", "error", "system", "backtest_replay"]


class CodeBlock(FileModel):
    """Code to show with its name."""

    language: str = "python"
    code: str
    filename: str | None = None


class Message(FileModel):
    """One message; `content` is Markdown.

    `progress` carries `step` in its metadata, and `done` and `total` when the work has a length.
    """

    message_type: MessageType
    content: str
    code_blocks: list[CodeBlock] | None = None
    metadata: dict[str, Any] | None = None
    metrics: dict[str, Any] | None = None
    backtest_data: dict[str, Any] | None = Field(None, description="Orders, equity and bars for the replay.")
