"""Costing: price years, distributions, joint draws, sensitivity."""
