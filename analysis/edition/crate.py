"""RO-Crate metadata of an archived edition: what is in it, who published it, under which licence."""

import hashlib
import json
import mimetypes
from collections.abc import Mapping
from typing import Any

CONTEXT = "https://w3id.org/ro/crate/1.1/context"
OWN_TERMS = {"sha256": "http://schema.org/sha256"}  # not in the context of 1.1
PROFILE = "https://w3id.org/ro/crate/1.1"
FILE = "ro-crate-metadata.json"
LICENCES = {
    "https://creativecommons.org/licenses/by/4.0/": "CC BY 4.0 (text and figures)",
    "https://opensource.org/license/mit": "MIT (code)",
    "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/": "Open Government Licence v3.0 (data)",
}
AUTHOR = "#team"
NAME = "Special measures for quality in the English NHS, 2013 to 2021: a living evaluation"


def crate(
    files: Mapping[str, bytes], about: Mapping[str, Any], *, tables: Mapping[str, Mapping[str, Any]]
) -> bytes:
    """Return `ro-crate-metadata.json` (RO-Crate 1.1) for the files of an archive.

    files: contents by path in the archive, without the metadata file itself. about: `Edition.about`.
    tables: descriptions from the data package by path in the archive; they add title, publisher and source.
    """
    parts = [_file(path, content, tables.get(path)) for path, content in sorted(files.items())]
    publishers = sorted({one["publisher"] for one in tables.values()})
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": NAME,
        "description": "One edition of the report: its pages, its tables and the code that made them.",
        "version": about["number"],
        "datePublished": about["date"],
        "identifier": f"edition-{about['number']}",
        "license": [{"@id": licence} for licence in LICENCES],
        "author": {"@id": AUTHOR},
        "publisher": {"@id": AUTHOR},
        "mentions": {"@id": "#commit"},
        "hasPart": [{"@id": part["@id"]} for part in parts],
    }
    graph: list[dict[str, Any]] = [
        {"@id": FILE, "@type": "CreativeWork", "conformsTo": {"@id": PROFILE}, "about": {"@id": "./"}},
        root,
        *parts,
        {"@id": AUTHOR, "@type": "Organization", "name": "The special measures living report team"},
        {"@id": "#commit", "@type": "SoftwareSourceCode", "name": "Code that made this edition", "version": about["commit"],
         "programmingLanguage": f"Python {about['python']}"},
        *({"@id": licence, "@type": "CreativeWork", "name": name} for licence, name in LICENCES.items()),
        *({"@id": _publisher(name), "@type": "Organization", "name": name} for name in publishers),
    ]  # fmt: skip
    return (
        json.dumps({"@context": [CONTEXT, OWN_TERMS], "@graph": graph}, indent=1, ensure_ascii=False) + "\n"
    ).encode()


def _file(path: str, content: bytes, table: Mapping[str, Any] | None) -> dict[str, Any]:
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    out: dict[str, Any] = {
        "@id": path.replace(" ", "%20"),
        "@type": "File",
        "name": path if table is None else table["title"],
        "contentSize": str(len(content)),
        "encodingFormat": kind,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    if table is not None:
        out["publisher"] = {"@id": _publisher(table["publisher"])}
        out["isBasedOn"] = table["page"]
    return out


def _publisher(name: str) -> str:
    return "#publisher-" + hashlib.sha256(name.encode()).hexdigest()[:8]
