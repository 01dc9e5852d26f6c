"""Services with an OpenAPI document as a source of tools: `connect` makes offers of the operations that are picked."""
