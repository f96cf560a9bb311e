"""What stands between confidential material and any page: small counts, site profiles, words that identify.

Nothing here joins an anonymous site to a named trust: how many trusts fit a site is counted, never which.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any

import pandas as pd

from analysis import data
from analysis.methods.disclosure import words
from analysis.methods.disclosure.attack import TOTAL, DisclosureError
from analysis.methods.disclosure.sites import K, identifiable
from analysis.methods.disclosure.tables import THRESHOLD, check_table
from analysis.methods.disclosure.words import Found

PUBLIC = {  # texts of our own about public matters, for their common words
    "evidence_statements": ("statement",),
    "evidence_codebook": ("theme", "definition", "include", "exclude", "decision_rule"),
    "theory_elements": ("label", "definition"),
    "theory_links": ("proposition",),
}
SITE = re.compile(r"Site (?:[A-Z]|[1-9]\d?)")


def scan(
    text: str,
    *,
    names: Iterable[str] = (),
    allowed: Collection[str] = (),
    organisations: pd.DataFrame | None = None,
) -> tuple[Found, ...]:
    """Return what in a text could tell who or where, in its order; empty = nothing found.

    Looked for: confidential `names` (whole and by part, whatever the case or accents), contact details, trust codes
    and names, dates, titles and usual given names and surnames, places, letters of other scripts, abbreviations that
    are not common, and any capital that neither starts a sentence nor is on a list: better a word too many.
    allowed: words that a person has looked at in this material and cleared; they never clear a confidential name,
        contact, trust code or date. organisations: frame with `org_code`, `name`; None = the table of that name.
    A scan cannot find a person told by role or story ("the only midwife"): a person must read each excerpt too.
    """
    if not isinstance(text, str):
        raise DisclosureError(f"found {type(text).__name__}. Allowed: a text.")
    lists = {"names": [names] if isinstance(names, str) else list(names), "allowed": list(allowed)}
    for name, listed in lists.items():
        if not all(isinstance(one, str) for one in listed):
            raise DisclosureError(f"{name}: found one that is no text. Allowed: texts.")
    names = lists["names"]
    if organisations is not None and not {"org_code", "name"} <= set(organisations):
        raise DisclosureError(f"organisations: found {list(organisations)}. Allowed: 'org_code' and 'name'.")
    trusts = _trusts() if organisations is None else words.trusts_of(organisations)
    return words.search(text, trusts=trusts, vocabulary=_vocabulary(), names=names, allowed=allowed)


def check(
    *,
    tables: Mapping[str, pd.DataFrame] | None = None,
    profiles: Mapping[str, Mapping[str, Any]] | None = None,
    excerpts: Mapping[str, str] | None = None,
    frame: pd.DataFrame | None = None,
    k: int = K,
    threshold: int = THRESHOLD,
    hide_zeros: bool = False,
    names: Iterable[str] = (),
    allowed: Collection[str] = (),
) -> None:
    """Raise DisclosureError, naming the cell, site or excerpt, for anything that may not be published.

    tables: by name, as they would be shown (whole numbers, HIDDEN, totals labelled TOTAL); labels are scanned too.
    profiles: what would be told of each site, by its label; frame: the public trusts (see `identifiable`).
    excerpts: texts by id. k, threshold, hide_zeros, names, allowed: see `identifiable`, `suppress`, `scan`.
    The message says where, and of what kind, never the words or the number found.
    """
    names = [names] if isinstance(names, str) else list(names)
    for name, table in (tables or {}).items():
        check_table(name, table, threshold=threshold, hide_zeros=hide_zeros)
        for axis, labels in (("row", table.index), ("column", table.columns)):
            for number, label in enumerate(labels, start=1):
                for part in label if isinstance(label, tuple) else (label,):
                    told = str(part) if not isinstance(part, (int, float)) else ""
                    if told != TOTAL and not SITE.fullmatch(told):
                        _clean(f"table '{name}', label of {axis} {number}", told, names, allowed)
    for name, text in (excerpts or {}).items():
        _clean(f"excerpt '{name}'", text, names, allowed)
    if profiles:
        _check_profiles(profiles, frame, k)


def _check_profiles(profiles: Mapping[str, Mapping[str, Any]], frame: pd.DataFrame | None, k: int) -> None:
    wrong = [number for number, name in enumerate(profiles, start=1) if not SITE.fullmatch(str(name))]
    if wrong:
        raise DisclosureError(
            f"site {wrong[0]} of {len(profiles)}: its label is no pseudonym. Allowed: 'Site A' or 'Site 1'."
        )
    if frame is None:
        raise DisclosureError("profiles need the public frame of trusts. Allowed: a frame, one row a trust.")
    found = identifiable(profiles, frame, k)
    for row in found.frame.itertuples():
        if not row.safe:
            way = "by its own profile" if row.alone < k else "when all profiles are read together"
            raise DisclosureError(
                f"site '{row.site}': fewer than {k} trusts fit {way}. Allowed: tell less of it, or in wider groups."
            )
    if found.certain:
        raise DisclosureError(
            f"sites {', '.join(profiles)}: {found.certain} trusts must be among them. Allowed: wider profiles."
        )


def _clean(place: str, text: str, names: list[str], allowed: Collection[str]) -> None:
    found = scan(text, names=names, allowed=allowed)
    if found:
        first = found[0]
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        raise DisclosureError(
            f"{place}: {first.kind} at characters {first.start} to {first.end}{more}. Allowed: replace it, or clear the "
            "word once a person has read it (`allowed`; cleared.txt in the private folder)."
        )


@lru_cache(maxsize=1)
def _trusts() -> words.Trusts:
    return words.trusts_of(data.load("organisations"))


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    tables = ((data.load(name), columns) for name, columns in PUBLIC.items())
    texts = (text for table, columns in tables for name in columns for text in table[name].dropna())
    return frozenset(word for text in texts for word in re.findall(r"(?<![\w.'-])[a-z][a-z'-]{2,}\b", text))
