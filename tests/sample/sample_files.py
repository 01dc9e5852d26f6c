"""Where the sample business stands."""

from pathlib import Path

FOLDER = Path(__file__).parents[2] / "sample" / "handrail" / "sample"
