"""The number and date of an edition in every file that names them, so that they agree."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from analysis.edition.compare import EditionError

CITATION, PROJECT, PACKAGE = "CITATION.cff", "pyproject.toml", "data/datapackage.json"
LINES = {
    CITATION: {"version:": 'version: "{number}"', "date-released:": "date-released: {date}"},
    PROJECT: {"version =": 'version = "{number}"'},
    PACKAGE: {' "version":': ' "version": "{number}",'},
}


@lru_cache(maxsize=2)
def read(text: str) -> dict[str, Any]:
    """Return what the text of a citation file says."""
    return dict(yaml.safe_load(text))


def numbered(root: Path, about: dict[str, Any]) -> dict[str, str]:
    """Return by path the texts of the files of `root` that name the edition, with its number and date.

    Nothing but those lines is changed, and nothing is written. Raises EditionError when a file lacks one.
    """
    return {
        name: _numbered(name, (root / name).read_text(encoding="utf-8"), lines, about)
        for name, lines in LINES.items()
    }


def _numbered(name: str, text: str, lines: dict[str, str], about: dict[str, Any]) -> str:
    for start, line in lines.items():
        text, count = re.subn(rf"^{start}.*$", line.format_map(about), text, count=1, flags=re.MULTILINE)
        if not count:
            raise EditionError(f"{name}: found no line '{start.strip()}'. Allowed: one.")
    return text
