"""The fit of confidence; see `__main__`."""
