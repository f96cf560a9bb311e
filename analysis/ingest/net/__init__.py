"""Fetching: find the newest release files on the publishers' pages and download them whole."""
