"""How well and how fast passages are found. `python -m bench.retrieval --help`."""
