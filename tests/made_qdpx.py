"""Small REFI-QDA projects written for tests; all text is invented."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

SPACE = "urn:QDA-XML:project:1.0"
USERS = {"u1": "AB", "u2": "CD"}
CODES = '<Code guid="C1" name="Support"><Code guid="c2" name="Buddying"/></Code><Code guid="c3" name="Mood"/>'


def selection(guid, start, end, codings=(), name="", user="u1"):
    """Return a PlainTextSelection; codings: (guid, code, user)."""
    inner = "".join(
        f'<Coding guid="{g}" creatingUser="{who}" creationDateTime="2024-05-01T10:00:00Z"><CodeRef targetGUID="{code}"/></Coding>'
        for g, code, who in codings
    )
    return (
        f'<PlainTextSelection guid="{guid}" name={quoteattr(name)} startPosition="{start}" endPosition="{end}" '
        f'creatingUser="{user}">{inner}</PlainTextSelection>'
    )


def source(guid, name, inner="", path=None, content=None):
    """Return a TextSource with its text inside the XML, or at `path`."""
    where = f' plainTextPath="{path}"' if path else ""
    text = f"<PlainTextContent>{escape(content)}</PlainTextContent>" if content is not None else ""
    return f'<TextSource guid="{guid}" name={quoteattr(name)}{where}>{text}{inner}</TextSource>'


def write(
    path: Path, sources, *, files=None, codes=CODES, space=SPACE, extra="", member="project.qde", head=""
):
    """Write a .qdpx; sources: XML of all sources; files: part name to bytes."""
    users = "".join(f'<User guid="{guid}" name="{name}"/>' for guid, name in USERS.items())
    xml = (
        f'<?xml version="1.0" encoding="utf-8"?>{head}<Project xmlns="{space}" name="made" origin="test">'
        f"<Users>{users}</Users><CodeBook><Codes>{codes}</Codes></CodeBook>"
        f"<Sources>{sources}</Sources>{extra}</Project>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(member, xml)
        for name, raw in (files or {}).items():
            file.writestr(name, raw)
    return path
