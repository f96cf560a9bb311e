"""Editions: the headline numbers, what moved them, and the files by which an edition is published and kept."""
