"""Write a REFI-QDA project (.qdpx) or codebook (.qdc), which programs for qualitative analysis open; same input, same bytes."""

import io
import uuid
import zipfile
from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement, tostring

import pandas as pd

from analysis.methods import arguments
from analysis.methods.coding.project import CodedError
from analysis.methods.coding.refi_qda import CODEBOOK, PROJECT

SPACE = uuid.UUID("6f1c3a52-3a0e-5f3b-9d52-1d9f6f3a2b11")  # of our own names; guids are made from it
CODES = ("code", "name", "parent", "description", "codable")
MOMENT = (1980, 1, 1, 0, 0, 0)


def guid(*parts: str) -> str:
    """Return the guid of a thing, the same in every export: its kind and name."""
    return str(uuid.uuid5(SPACE, "\0".join(parts)))


def codebook(codes: pd.DataFrame, *, origin: str) -> bytes:
    """Return a codebook. codes: one row a code; `code` (unique), `name`, `parent` (a `code` of a row above it, or missing), `description`, `codable`."""
    _check(codes, origin=origin)
    root = Element("CodeBook", {"xmlns": f"{CODEBOOK}1.0", "origin": origin})
    _codes(SubElement(root, "Codes"), codes)
    return _text(root)


def _check(codes: pd.DataFrame, **words: object) -> None:
    arguments.columns(codes, CODES, error=CodedError, what="codes")
    for name, value in words.items():
        arguments.kind(value, name, str, error=CodedError)
    above: set[str] = set()
    for row in codes[list(CODES)].itertuples(index=False):
        told = "" if pd.isna(row.description) else row.description
        for value in (row.code, row.name, told):
            arguments.kind(value, "a code, its name or description", str, error=CodedError)
        if row.code in above or not (pd.isna(row.parent) or row.parent in above):
            raise CodedError(
                f"code {arguments.shown(row.code)} below {arguments.shown(row.parent)}. Allowed: each code once, below one of a row above."
            )
        above.add(row.code)


def project(
    *,
    name: str,
    origin: str,
    day: str,
    codes: pd.DataFrame,
    coders: list[str],
    texts: Mapping[str, str],
    codings: pd.DataFrame,
    cases: Mapping[str, list[str]],
    case: str,
) -> bytes:
    """Return a project in which every source is one text that each coder coded as a whole.

    day: YYYY-MM-DD of all codings. codes: as for `codebook`. texts: by name of the source. codings: one row a coding;
    `source`, `coder`, `code`. cases: sources by case. case: what a case is called; each source carries it as a variable
    of that name too, since QualCoder reads no sources of cases. Raises CodedError for a coding of an unknown source, coder or code,
    or of an empty text.
    """
    _check(codes, name=name, origin=origin, day=day, case=case)
    arguments.columns(codings, ("source", "coder", "code"), error=CodedError, what="codings")
    coders = arguments.several(coders, "coders", error=CodedError)
    for what, named in (("texts", texts), ("cases", cases)):
        arguments.mapping(named, what, error=CodedError)
    told = [
        one for sources in cases.values() for one in arguments.several(sources, "cases", error=CodedError)
    ]
    for word in (*coders, *texts, *texts.values(), *cases, *told):
        arguments.kind(word, "a name or text", str, error=CodedError)
    for column, known in {"source": set(texts), "coder": set(coders), "code": set(codes["code"])}.items():
        strange = sorted(set(codings[column]) - known)
        if strange:
            raise CodedError(
                f"codings, {column} {arguments.shown(strange[0])}: not known. Allowed: {sorted(known)[:5]} and others."
            )
    root = Element(
        "Project",
        {"xmlns": f"{PROJECT}1.0", "name": name, "origin": origin, "creationDateTime": f"{day}T00:00:00Z"},
    )
    users = SubElement(root, "Users")
    for coder in coders:
        SubElement(users, "User", {"guid": guid("user", coder), "name": coder})
    _codes(SubElement(SubElement(root, "CodeBook"), "Codes"), codes)
    kind = {"guid": guid("variable", case), "name": case, "typeOfVariable": "Text"}
    SubElement(SubElement(root, "Variables"), "Variable", kind)
    held = SubElement(root, "Cases")
    for one, sources in cases.items():
        made = SubElement(held, "Case", {"guid": guid("case", one), "name": one})
        for source in sources:
            SubElement(made, "SourceRef", {"targetGUID": guid("source", source)})
    of = {source: one for one, sources in cases.items() for source in sources}
    places, given = SubElement(root, "Sources"), dict(iter(codings.groupby("source", sort=False)))
    for source, text in texts.items():
        if not text:
            raise CodedError(f"source {arguments.shown(source)}: found no text. Allowed: some.")
        made = _source(places, source, text, given.get(source), day, coders[0])
        if source in of:
            value = SubElement(made, "VariableValue")
            SubElement(value, "VariableRef", {"targetGUID": kind["guid"]})
            SubElement(value, "TextValue").text = of[source]
    parts = {"project.qde": _text(root)} | {
        f"sources/{guid('source', one)}.txt": text.encode() for one, text in texts.items()
    }
    return _zipped(parts)


def _source(
    places: Element, source: str, text: str, given: pd.DataFrame | None, day: str, first: str
) -> Element:
    own, when = guid("source", source), f"{day}T00:00:00Z"
    made = SubElement(places, "TextSource", {"guid": own, "name": source, "plainTextPath": f"internal://{own}.txt",
                                             "creatingUser": guid("user", first), "creationDateTime": when})  # fmt: skip
    for coder, rows in () if given is None else given.groupby("coder", sort=False):
        spot = {"guid": guid("selection", source, str(coder)), "startPosition": "0", "endPosition": str(len(text)),
                "name": text, "creatingUser": guid("user", str(coder)), "creationDateTime": when}  # fmt: skip
        place = SubElement(made, "PlainTextSelection", spot)
        for code in rows["code"]:
            about = {
                "guid": guid("coding", source, str(coder), code),
                "creatingUser": spot["creatingUser"],
                "creationDateTime": when,
            }
            SubElement(SubElement(place, "Coding", about), "CodeRef", {"targetGUID": guid("code", code)})
    return made


def _codes(place: Element, codes: pd.DataFrame) -> None:
    made: dict[str, Element] = {}
    for row in codes.itertuples():
        above = place if pd.isna(row.parent) else made[row.parent]
        looks = {
            "guid": guid("code", row.code),
            "name": row.name,
            "isCodable": str(bool(row.codable)).lower(),
        }
        made[row.code] = SubElement(above, "Code", looks)
        if pd.notna(row.description) and row.description:
            SubElement(made[row.code], "Description").text = row.description


def _text(root: Element) -> bytes:
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode").encode("utf-8")


def _zipped(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, MOMENT)
            entry.compress_type, entry.external_attr, entry.create_system = (
                zipfile.ZIP_DEFLATED,
                0o644 << 16,
                3,
            )
            file.writestr(entry, content)
    return out.getvalue()
