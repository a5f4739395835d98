"""The JSON Schema of what ``imr extract --json`` prints."""

from __future__ import annotations

import json

from pydantic import TypeAdapter

from extractor.schema import Determination, Failure


def json_schema() -> str:
    """The schema of a Determination, or of the Failure that stands in its place, as JSON."""
    adapter: TypeAdapter[Determination | Failure] = TypeAdapter(Determination | Failure)
    return json.dumps({"title": "IMR determination", **adapter.json_schema(mode="serialization")}, indent=2)
