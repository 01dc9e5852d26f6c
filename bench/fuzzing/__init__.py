"""Random and hostile requests against the running server: `python -m bench fuzz`."""
