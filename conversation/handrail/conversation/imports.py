"""Importing big libraries without the parts of them that we never use and that cost the most."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

GRAMMAR = "rfc3987_syntax"
"""Optional in jsonschema, which chromadb and guardrails-ai bring: to check the format `iri` it compiles a grammar for
more than a second of every start. No schema of ours or theirs asks for that format."""


@contextmanager
def spared(module: str = GRAMMAR) -> Iterator[None]:
    """Within the block `module` counts as not installed, unless it was imported before; afterwards it is as it was."""
    missing = object()
    before = sys.modules.get(module, missing)
    if before is not missing:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        sys.modules.pop(module, None)
