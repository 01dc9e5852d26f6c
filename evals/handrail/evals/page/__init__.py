"""A run or a comparison as one HTML file: nothing is fetched, nothing runs in it, and it prints."""

from .comparison import comparison_page
from .report import report_page

__all__ = ["comparison_page", "report_page"]
