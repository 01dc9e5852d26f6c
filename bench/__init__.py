"""Benchmarks of the whole: `python -m bench` runs all of them, `python -m bench turns` one. See `docs/numbers.md`."""
