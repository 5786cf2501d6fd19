"""Keeps secrets out of everything that is shown or written."""

from __future__ import annotations

import re
from collections.abc import Iterable

# What looks like a key of the known providers, also when it is not ours: providers echo parts of a wrong key.
_KEY_LIKE = re.compile(r"\b(?:sk|pk|rk)-[A-Za-z0-9_*\-]{6,}")
_USERINFO = re.compile(r"(?<=://)[^/@\s]+@")


def redacted(text: str, secrets: Iterable[str]) -> str:
    """The text without the secrets, key-like words and passwords in addresses."""
    for secret in secrets:
        if len(secret) >= 4:
            text = text.replace(secret, "•••")
    return _USERINFO.sub("•••@", _KEY_LIKE.sub("•••", text))
