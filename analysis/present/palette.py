"""The colours of all pictures, a name and two values each: on a light ground and on a dark one.

A plotter draws with the light value. In the published SVG the name stands as a custom property of CSS,
`--fig-NAME`, whose values `book/_static/report.css` sets for each theme, for print and for forced colours.
"""

COLOURS = {
    "page": ("#ffffff", "#14181e"),
    "ink": ("#15212b", "#e9eef2"),
    "quiet": ("#4a5a66", "#aebcc7"),
    "axis": ("#6f7f8a", "#8494a0"),
    "rule": ("#c9d3da", "#3c4854"),
    "panel": ("#f3f6f8", "#1d242c"),
    "chip": ("#e8edf1", "#2a343e"),
    "entered": ("#0b4f80", "#7cc4f5"),
    "entered-pale": ("#8fb8d8", "#2f5f83"),
    "entered-tint": ("#cfe0f2", "#1f3a52"),
    "bad": ("#c75f12", "#dd8638"),
    "bad-text": ("#9a4309", "#f5b279"),
    "bad-pale": ("#f3d19c", "#7a4d1c"),
    "bad-tint": ("#f6dfc6", "#47301a"),
    "mid": ("#2a7a52", "#6fc79c"),
    "zone": ("#cfe8da", "#20443a"),
    "zone-text": ("#1c5a3c", "#9fdcbd"),
    "better": ("#edf6f1", "#17241f"),
    "spell": ("#fdf0d5", "#3a2f17"),
    "marked": ("#ffe9a8", "#4a3d12"),
}
LIGHT = {name: light for name, (light, _) in COLOURS.items()}
INK, QUIET, GREY, PALE, PAGE = (LIGHT[name] for name in ("ink", "quiet", "axis", "rule", "page"))
BLUE, ORANGE, ORANGE_TEXT = LIGHT["entered"], LIGHT["bad"], LIGHT["bad-text"]
PANEL, BETTER, ZONE, MID, ZONE_TEXT = (
    LIGHT[name] for name in ("panel", "better", "zone", "mid", "zone-text")
)
BLUE_PALE, BLUE_TINT = LIGHT["entered-pale"], LIGHT["entered-tint"]
ORANGE_PALE, ORANGE_TINT = LIGHT["bad-pale"], LIGHT["bad-tint"]
SPELL, MARKED = LIGHT["spell"], LIGHT["marked"]
