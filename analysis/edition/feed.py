"""The Atom feed of editions, for readers that want to be told when a finding changes."""

import uuid
from collections.abc import Sequence
from xml.etree import ElementTree as Xml

from analysis.edition.store import Edition

FILE = "editions.xml"
ATOM = "http://www.w3.org/2005/Atom"
# Ids hang on this name and the number of the edition alone: they stay when the report moves to another address.
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "tag:special-measures-for-quality,2026:editions")
TITLE = "Special measures for quality: editions of the living report"
AUTHOR = "The special measures living report team"
START = "2026-11-22T00:00:00Z"  # `updated` of a feed that has no entry yet: the day the report was begun


def feed(editions: Sequence[Edition], *, address: str = "", pages: str = "", home: str = "") -> bytes:
    """Return the feed as bytes of XML (RFC 4287), newest edition first.

    address: of the folder that the feed lies in, ending in '/'; links are absolute with it, else relative to the feed.
    pages: folder of the newest pages, from there, ending in '/'. home: the same of the folder in which each edition
    has its own, where there is one; entries lead there, else to the page about editions. The content of an entry is
    the comparison in words. The same editions give the same bytes.
    """
    about = f"{address}{pages}about/editions.html"
    Xml.register_namespace("", ATOM)
    root = Xml.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "en-GB"})
    newest = sorted(editions, key=lambda one: (one.about["date"], one.order), reverse=True)
    _text(root, "id", f"urn:uuid:{NAMESPACE}")
    _text(root, "title", TITLE)
    _text(root, "updated", _moment(newest[0]) if newest else START)
    _text(_child(root, "author"), "name", AUTHOR)
    _child(root, "link", rel="self", type="application/atom+xml", href=f"{address}{FILE}")
    _child(root, "link", rel="alternate", type="text/html", href=about)
    for one in newest:
        entry = _child(root, "entry")
        _text(entry, "id", f"urn:uuid:{uuid.uuid5(NAMESPACE, one.number)}")
        _text(entry, "title", f"Edition {one.number}: {brought(one)}")
        _text(entry, "updated", _moment(one))
        page = f"{address}{home}{one.number}/index.html" if home else about
        _child(entry, "link", rel="alternate", type="text/html", href=page)
        _text(entry, "content", one.text, type="text")
    Xml.indent(root, " ")
    return Xml.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def brought(edition: Edition) -> str:
    """Say in a few words what an edition brought."""
    if edition.about["previous"] is None:
        return "the first edition"
    conclusions = len(edition.changed_conclusions())
    if conclusions:
        return f"{conclusions} {'conclusion' if conclusions == 1 else 'conclusions'} changed"
    moved = len(edition.changes)
    return (
        f"{moved} headline {'number' if moved == 1 else 'numbers'} moved, no conclusion changed"
        if moved
        else "no headline number moved"
    )


def _moment(edition: Edition) -> str:
    return f"{edition.about['date']}T00:00:00Z"


def _child(parent: Xml.Element, name: str, **attributes: str) -> Xml.Element:
    return Xml.SubElement(parent, f"{{{ATOM}}}{name}", attributes)


def _text(parent: Xml.Element, name: str, text: str, **attributes: str) -> None:
    _child(parent, name, **attributes).text = text
