"""The benchmarks stand beside the rooms, where tests find them by their path."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
