"""Read a REFI-QDA project (.qdpx) or codebook (.qdc), the exchange format of programs for qualitative analysis."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import pandas as pd
from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from analysis.methods import arguments
from analysis.methods.coding import positions, project, source_text, zipped
from analysis.methods.coding.project import Coded, CodedError

PROJECT = "urn:QDA-XML:project:"
CODEBOOK = "urn:QDA-XML:codebook:"
VERSION = re.compile(r"0[.:]\d|1[.:]\d")  # some programs write 1:0 for 1.0; drafts were 0.x
DEEPEST = 100  # codes within codes
OTHER_KINDS = {"PictureSource": "picture", "PDFSource": "PDF", "AudioSource": "audio", "VideoSource": "video"}
SELECTIONS = (
    "PlainTextSelection",
    "PictureSelection",
    "PDFSelection",
    "AudioSelection",
    "VideoSelection",
    "TranscriptSelection",
)


def read_qdpx(path: str | Path, *, count: str | None = None) -> Coded:
    """Read the codes, coders, plain texts, selections and codings of a REFI-QDA project.

    path: a .qdpx file as exported by NVivo, ATLAS.ti, MAXQDA, QualCoder and others; standard 1.0 or 1.5.
    count: what positions count, one of `positions.COUNTED`: characters, as the standard says, or UTF-16 units, as
        some programs write, both also with a line end of CR LF counted as one or of LF as two. None = the way that
        fits the names of selections and the edges of words best, characters where none fits better; a note tells
        when another was taken. Positions returned are characters all the same.
    Positions count from 0, end exclusive, on the text as exported: a line end of CR LF counts as two, combining
    marks count by themselves, and a byte order mark at the start is no part of the text and does not count.
    (Within XML a line end is always LF.) Guids are compared without regard to case or braces.
    Read: plain text sources (inside the file, or inline). Not read but counted in `left_out`: sources without plain
    text (Word only, PDF, picture, audio, video), codings of a whole source, coded notes, selections without text.
    A user that the project does not list is no coder, which a note tells.

    Raises CodedError naming file and element for: no zip, a zip bomb or a text outside the file, no .qde or several,
    XML with entities or a document type, another namespace, a text outside the file (`relative://`,
    `absolute://`) or absent or not UTF-8, a guid that is used twice.
    Method: REFI-QDA standard, Project exchange 1.5, qdasoftware.org.
    """
    path = project.file_of(path)
    if count is not None and count not in positions.COUNTED:
        raise CodedError(f"count {arguments.shown(count)} is not known. Allowed: {list(positions.COUNTED)}.")
    with zipped.opened(path) as parts:
        member = _member(parts)
        root = _parsed(parts.read(member), f"{path.name}, {member}", "Project", PROJECT)
        return _project(root, parts, f"{path.name}, {member}", count)


def read_qdc(path: str | Path) -> pd.DataFrame:
    """Read a REFI-QDA codebook (.qdc): one row a code, columns `coded.CODES`, in the order of the tree.

    Raises CodedError for a file that is absent, no XML, of another namespace, or uses a guid twice.
    """
    path = project.file_of(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise CodedError(f"{path.name}: cannot be read ({error.strerror}).") from error
    if len(raw) > zipped.TEXT_BYTES:
        raise CodedError(f"{path.name}: {len(raw)} bytes. Allowed: {zipped.TEXT_BYTES}.")
    return _codes(_parsed(raw, path.name, "CodeBook", CODEBOOK), path.name)


def _member(parts: zipped.Parts) -> str:
    """Return the part with the project: project.qde, or the one .qde of another name."""
    usual = parts.find("project.qde")
    if usual is not None:
        return usual
    found = [name for key, name in parts.names.items() if key.endswith(".qde")]
    if len(found) != 1:
        raise CodedError(
            f"{parts.name}: no project.qde, and {len(found)} other parts that end in .qde. Found: "
            f"{sorted(parts.names.values())[:5]}. Allowed: one."
        )
    return found[0]


def _parsed(raw: bytes, place: str, tag: str, family: str) -> Element:
    try:
        root = fromstring(raw, forbid_dtd=True)
    except DefusedXmlException as error:
        raise CodedError(f"{place}: found a document type or entity. Allowed: plain elements.") from error
    except (ParseError, ValueError, LookupError) as error:
        raise CodedError(f"{place}: no XML that can be read ({error}).") from error
    space, _, name = root.tag[1:].rpartition("}") if root.tag.startswith("{") else ("", "", root.tag)
    if name != tag or not space.startswith(family) or not VERSION.fullmatch(space[len(family) :]):
        raise CodedError(
            f"{place}: found {arguments.shown(name)} in namespace {arguments.shown(space)}. Allowed: {arguments.shown(tag)} in '{family}1.0' or another version "
            "below 2."
        )
    for element in root.iter():  # one namespace from here on
        if isinstance(element.tag, str) and element.tag.startswith(f"{{{space}}}"):
            element.tag = element.tag[len(space) + 2 :]
    return root


def _guid(element: Element, place: str, key: str = "guid") -> str:
    found = (element.get(key) or "").strip().strip("{}").lower()
    if not found:
        raise CodedError(f"{place}, {_called(element)}: no {key}. Allowed: a guid.")
    return found


def _called(element: Element) -> str:
    quoted = element.tag in SELECTIONS  # the name of a selection is often the confidential text itself
    name = (None if quoted else element.get("name")) or element.get("guid") or ""
    return f"{element.tag} {name!r}" if name else element.tag


def _codes(root: Element, place: str) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []

    def add(element: Element, above: dict[str, Any] | None) -> None:
        name = arguments.text(element.get("name") or "")
        if above and above["depth"] >= DEEPEST:
            raise CodedError(
                f"{place}, Code {arguments.shown(name)}: nested deeper than {DEEPEST}. Allowed: up to that."
            )
        if not name:
            raise CodedError(f"{place}, {_called(element)}: no name. Allowed: a code with a name.")
        line = f"{above['path']}{project.APART}{name}" if above else name
        codable = (element.get("isCodable") or "true").lower() in ("true", "1")
        row = {
            "guid": _guid(element, place),
            "name": name,
            "path": line,
            "parent": above["guid"] if above else None,
            "parent_name": above["name"] if above else None,
            "depth": above["depth"] + 1 if above else 0,
            "codable": codable,
            "description": (element.findtext("Description") or "").strip(),
        }
        rows.append(row)
        for child in element.findall("Code"):
            add(child, row)

    for top in root.findall("CodeBook/Codes/Code") if root.tag == "Project" else root.findall("Codes/Code"):
        add(top, None)
    frame = _once(project.table(rows, project.CODES), place, "code")
    full = frame.assign(
        whole=frame["path"].where(
            ~frame["path"].duplicated(keep=False), frame["path"] + " (" + frame["guid"] + ")"
        )
    )
    return frame.assign(label=project.labels(full, "whole"))


def _once(frame: pd.DataFrame, place: str, kind: str) -> pd.DataFrame:
    twice = frame[frame["guid"].duplicated()]
    if len(twice):
        raise CodedError(f"{place}: guid {twice.iloc[0]['guid']!r} is used by two {kind}s. Allowed: by one.")
    return frame


def _project(root: Element, parts: zipped.Parts, place: str, count: str | None) -> Coded:
    codes = _codes(root, place)
    users = [
        {"guid": (guid := _guid(user, place)), "name": arguments.text(user.get("name") or "") or guid}
        for user in root.findall("Users/User")
    ]
    coders = _named(_once(project.table(users, project.CODERS), place, "user"))
    places = root.find("Sources")
    elements = list(places) if places is not None else []
    known = [
        {"guid": (guid := _guid(one, place)), "name": arguments.text(one.get("name") or "") or guid}
        for one in elements
    ]
    every = _named(_once(project.table(known, project.SOURCES), place, "source"))
    book = _Names(place, codes, coders, every)
    texts, marked, left = _sources(elements, parts, place, book)
    way, note = (count, "") if count else positions.reading(marked, texts)
    selections: list[dict] = []
    codings: list[dict] = []
    for label, marks in marked.items():
        text = texts[label]
        for one, found in positions.spans(marks, text, way):
            if isinstance(found, str):
                left.append(_uncounted(one, label) | {"kind": "selection without text", "why": found})
                continue
            start, end = found
            spot = {"source": label, "start": start, "end": end, "text": text[start:end]}
            row = spot | {"selection": _guid(one, place), "coder": book.coder(one)}
            selections.append(row)
            codings += [
                spot | {"selection": row["selection"]} | named
                for coding in one.findall("Coding")
                if (named := book.coding(coding, label))
            ]
    left += _notes_left(root, place)
    sources = every[every["label"].isin(texts)].reset_index(drop=True)
    sources = sources.assign(characters=sources["label"].map(lambda label: len(texts[label])).astype("Int64"))
    marked = project.table(selections, project.SELECTIONS)
    _once(marked.rename(columns={"selection": "guid"}), place, "selection")
    given = project.table(codings, project.CODINGS)
    _once(given.rename(columns={"coding": "guid"}), place, "coding")
    cases = [
        {"case": case.get("name") or _guid(case, place), "source": held}
        for case in root.findall("Cases/Case")
        for ref in case.findall("SourceRef")
        if (held := book.source(ref, case.get("name") or ""))
    ]
    return Coded(
        name=root.get("name") or "",
        origin=root.get("origin") or "",
        codes=codes,
        sources=sources,
        coders=coders,
        selections=marked,
        codings=given,
        cases=project.table(cases, project.CASES),
        texts=texts,
        left_out=project.table([*left, *book.left], project.LEFT_OUT),
        notes=(*filter(None, (note, book.unknown())), *positions.notes(texts, given, codes, way)),
    )


def _sources(
    elements: list[Element], parts: zipped.Parts, place: str, book: _Names
) -> tuple[dict[str, str], dict[str, list[Element]], list[dict]]:
    """Return texts and selections by source, and what is not read."""
    texts, marked, left = {}, {}, []
    for element in elements:
        label = book.sources[_guid(element, place)]
        text = (
            source_text.plain(element, parts, f"{place}, {_called(element)}")
            if element.tag == "TextSource"
            else None
        )
        if text is None:
            left.append(_uncounted(element, label))
            continue
        whole = element.findall("Coding")
        if whole:
            why = "a coding of the whole source has no position"
            left.append(
                {"kind": "whole source", "name": label, "selections": 0, "codings": len(whole), "why": why}
            )
        texts[label] = text
        marked[label] = element.findall("PlainTextSelection")
    return texts, marked, left


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    full = frame.assign(whole=frame["name"] + " (" + frame["guid"] + ")")
    return frame.assign(label=project.labels(full, "whole"))


class _Names:
    """Labels by guid; what names a guid that the project does not hold is counted, in `left` or as a stranger."""

    def __init__(self, place: str, codes: pd.DataFrame, coders: pd.DataFrame, sources: pd.DataFrame) -> None:
        self.place = place
        self.codes, self.coders, self.sources = (
            dict(zip(frame["guid"], frame["label"], strict=True)) for frame in (codes, coders, sources)
        )
        self.strangers: Counter[str] = Counter()
        self.left: list[dict[str, Any]] = []

    def source(self, ref: Element, case: str) -> str | None:
        label = self.sources.get(_guid(ref, self.place, "targetGUID"))
        if label is None:
            self._leave("source of a case", case, 0, "the project does not hold it")
        return label

    def coder(self, element: Element) -> str | None:
        if not element.get("creatingUser"):
            return None
        guid = _guid(element, self.place, "creatingUser")
        if guid not in self.coders:
            self.strangers[guid] += 1
        return self.coders.get(guid)

    def unknown(self) -> str:
        """Say how many selections and codings name a user that the project does not list, '' when none does."""
        count = self.strangers.total()
        return (
            f"{count:,} selections and codings are by users that the project does not list." if count else ""
        )

    def coding(self, element: Element, source: str) -> dict[str, Any] | None:
        refs = element.findall("CodeRef")
        code = self.codes.get(_guid(refs[0], self.place, "targetGUID")) if len(refs) == 1 else None
        if code is None:
            why = "the project does not hold its code" if len(refs) == 1 else f"it names {len(refs)} codes"
            self._leave("coding without code", source, 1, why)
            return None
        day = element.get("creationDateTime")
        return {"coding": _guid(element, self.place), "code": code, "coder": self.coder(element), "date": day}

    def _leave(self, kind: str, name: str, codings: int, why: str) -> None:
        self.left.append({"kind": kind, "name": name, "selections": 0, "codings": codings, "why": why})


def _uncounted(element: Element, label: str) -> dict[str, Any]:
    kind = OTHER_KINDS.get(
        element.tag, "text without plain text" if element.tag == "TextSource" else element.tag
    )
    return {
        "kind": kind,
        "name": label,
        "selections": sum(1 for one in element.iter() if one.tag in SELECTIONS),
        "codings": sum(1 for _ in element.iter("Coding")),
        "why": "only plain text is read",
    }


def _notes_left(root: Element, place: str) -> list[dict[str, Any]]:
    rows = [_uncounted(note, note.get("name") or _guid(note, place)) for note in root.findall("Notes/Note")]
    return [
        row | {"kind": "note", "why": "notes are not read"}
        for row in rows
        if row["selections"] + row["codings"]
    ]
