"""Words with a fixed meaning in the coded public record."""

WHOLE = "ENG"  # in place of a trust code: a statement about the regime as a whole
BEARINGS = ("supports", "contests", "refines")
