"""Look up a trust: chart, place among peers and words, for any trust and indicator."""
