"""A drawing as PNG. To draw one takes long, so it is kept under its SVG: an edit elsewhere draws none anew."""

from pathlib import Path

import matplotlib
import resvg_py

from analysis import once

FOLDER = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
FONTS = (FOLDER / "DejaVuSans.ttf", FOLDER / "DejaVuSans-Bold.ttf")
SHARP = 2  # pixels of a PNG in one of the page


@once.result
def drawn(svg: str) -> bytes:
    """Return an SVG as PNG, the same on every machine: no font of the system is asked."""
    made = resvg_py.svg_to_bytes(
        svg_string=svg, zoom=SHARP, skip_system_fonts=True, font_files=[str(font) for font in FONTS],
        font_family="DejaVu Sans", sans_serif_family="DejaVu Sans",
    )  # fmt: skip
    return bytes(made)
