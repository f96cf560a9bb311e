"""Pick elements of a page by a selector, looking at those alone that bear its last name: a tag, a class or an id."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from bs4 import BeautifulSoup

Named = Mapping[str, list[Any]]
LAST = re.compile(r"[.#]?[\w-]+$")


def named(page: BeautifulSoup) -> Named:
    """Return the elements of a page by tag `p`, class `.way` and id `#top`, in order."""
    found: dict[str, list[Any]] = defaultdict(list)
    for tag in page.find_all(True):
        names = [f".{name}" for name in tag.get_attribute_list("class") if name]
        for name in (tag.name, *names, *([f"#{tag['id']}"] if "id" in tag.attrs else ())):
            found[name].append(tag)
    return found


def select(known: Named, where: str) -> list[Any]:
    """Return what `where` selects of a page as it was when it was `named`, less what was taken out since."""
    found: list[Any] = []
    for part in where.split(", "):
        likely = known.get(LAST.findall(part)[-1], ())
        found += [tag for tag in likely if not tag.decomposed and tag.css.match(part)]
    return found
