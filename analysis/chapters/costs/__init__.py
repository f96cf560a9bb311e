"""Costs and consequences as a page."""
