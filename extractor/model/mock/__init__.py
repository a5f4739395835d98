"""A mock model for offline tests and demos: it reads the numbered units in the prompt, by a few plain patterns.

It answers any letter of the usual form sensibly and always alike.  It is a demo: what it gets right is measured, and
said wherever it is offered.
"""

from __future__ import annotations

from typing import Any

from extractor.model.mock.server import Mock

__all__ = ["Mock", "transport"]


def transport(mock: Mock | None = None) -> Any:
    """The mock as a transport under the real client: no socket is opened."""
    import httpx2

    return httpx2.MockTransport((mock or Mock()).respond_async)
