"""Tools of other people's systems: MCP servers and OpenAPI documents, taken on the terms of the settings."""
