"""Coded text: coders, agreement, and the exchange formats of qualitative software."""
