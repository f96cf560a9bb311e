"""Tests compute what they test: nothing is taken from kept results, and nothing that a test bent is kept for a chapter."""

import os

os.environ["REPORT_RESULTS"] = ""
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as `make` sets it: threads would change last digits
