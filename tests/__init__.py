"""Tests of the report."""

import sys

sys.modules["rfc3987_syntax"] = None  # optional for nbformat, and takes seconds to import
