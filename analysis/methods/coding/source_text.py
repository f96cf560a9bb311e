"""The plain text of a source in a REFI-QDA project: inline, or a part of the file, however its address is written."""

import re
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from analysis.methods import arguments
from analysis.methods.coding.project import CodedError
from analysis.methods.coding.zipped import Parts

INSIDE = "internal://"
FOLDER = "Sources"


def plain(element: Element, parts: Parts, here: str) -> str | None:
    """Return the plain text of a source, None when it has none; `here` names it. Raises CodedError, see `read_qdpx`."""
    inline, address = element.find("PlainTextContent"), element.get("plainTextPath")
    if not address:
        return None if inline is None else (inline.text or "")
    steps = [step for step in re.split(r"[\\/]+", address.removeprefix(INSIDE)) if step not in ("", ".")]
    name = "/".join(steps[1:] if len(steps) > 1 and steps[0].lower() == FOLDER.lower() else steps)
    if not address.startswith(INSIDE) and re.match(r"\w+://|[A-Za-z]:|[\\/]", address):
        raise CodedError(
            f"{here}: the text is outside the file, at {arguments.shown(address)}. Allowed: {INSIDE} or PlainTextContent; export "
            "the project with its sources inside."
        )
    member = parts.find(f"{FOLDER}/{name}") or parts.find(f"{FOLDER}/{unquote(name)}")
    if not name or ".." in name.split("/") or member is None:
        raise CodedError(
            f"{here}: no part {FOLDER}/{name} in the file. Allowed: a text in the folder {FOLDER}."
        )
    try:
        text = parts.read(member).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CodedError(f"{here}: {member} is not UTF-8 (byte {error.start}). Allowed: UTF-8.") from error
    if "\0" in text:
        raise CodedError(
            f"{here}: {member} has characters of value 0, so it looks like UTF-16. Allowed: UTF-8."
        )
    if inline is not None and _one_line_end(inline.text or "") != _one_line_end(text):
        raise CodedError(f"{here}: the inline text differs from {member}. Allowed: one text a source.")
    return text


def _one_line_end(text: str) -> str:
    """Return a text as XML would hold it: every line end is LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
