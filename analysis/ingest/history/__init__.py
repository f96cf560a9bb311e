"""Closed collections: what was published once, in layouts that no longer change."""
