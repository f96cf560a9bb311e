"""How to cite an edition: `CITATION.cff` with its number and date."""

from __future__ import annotations

import re
from typing import Any

from analysis.edition.compare import EditionError


def citation(text: str, about: dict[str, Any]) -> str:
    """Return a citation file with `version` and `date-released` of an edition; nothing else is changed.

    Raises EditionError when the file lacks one of the two lines.
    """
    for name, value in (("version", f'"{about["number"]}"'), ("date-released", about["date"])):
        text, count = re.subn(rf"^{name}:.*$", f"{name}: {value}", text, count=1, flags=re.MULTILINE)
        if not count:
            raise EditionError(f"CITATION.cff: found no line '{name}:'. Allowed: one.")
    return text
