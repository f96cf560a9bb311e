"""The case studies as pages."""
