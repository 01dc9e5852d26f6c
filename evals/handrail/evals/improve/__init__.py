"""From what people tag to what the agent can do: gaps, proposals, and what came of accepting them."""
