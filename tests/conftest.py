"""Tests compute what they test: nothing is taken from kept results, and nothing that a test bent is kept for a chapter."""

import os
import sys

os.environ["REPORT_RESULTS"] = ""
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as `make` sets it: threads would change last digits
sys.modules["rfc3987_syntax"] = None  # optional for nbformat, and takes seconds to import
