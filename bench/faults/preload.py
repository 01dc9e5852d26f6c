"""Imported once, by the process that the servers are forked from: what Handrail imports late, behind its doors."""

from handrail.conversation.imports import spared

with spared():
    import chromadb  # noqa: F401

    from handrail.guardrails.library import quiet

    quiet()
