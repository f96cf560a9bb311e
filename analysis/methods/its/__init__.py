"""Interrupted time series of a single trust."""
