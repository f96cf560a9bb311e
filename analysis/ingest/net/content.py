"""Is a downloaded file what its name says, and whole?"""

import zipfile
from pathlib import Path

from analysis.data import DataError
from analysis.ingest import files

ZIP, OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
PAGE = "a web page"
WEB_PAGE = (b"<!doctype", b"<html", b"<?xml", b"<head", b"<body")


class FetchError(DataError):
    """A page or file that could not be had whole; nothing was put in place."""


def check(path: Path, name: str, *, address: str) -> None:
    """Raise FetchError unless the content of `path` is of the kind that `name` ends in, and complete."""
    ending = Path(name).suffix.lower()
    with path.open("rb") as file:
        head = file.read(512)
    wanted = {".csv": "comma-separated text", ".xls": "an Excel 97 workbook"}.get(ending, "a zipped workbook")
    if not head:
        raise FetchError(address, found="an empty file", allowed=wanted)
    if is_page(head):
        raise FetchError(address, found=f"{PAGE} ({head.lstrip()[:40]!r})", allowed=wanted)
    if ending == ".csv":
        if b"\0" in head or head.startswith((ZIP, OLD_OFFICE)):
            raise FetchError(address, found=head[:8], allowed=wanted)
    elif ending == ".xls":
        if not head.startswith((OLD_OFFICE, ZIP)):  # some are new workbooks under the old ending
            raise FetchError(address, found=head[:8], allowed=wanted)
    elif not head.startswith(ZIP):
        raise FetchError(address, found=head[:8], allowed=wanted)
    if head.startswith(ZIP):
        try:
            with zipfile.ZipFile(path) as archive:
                files.refuse_zip_bomb(archive, name)
                damaged = archive.testzip()
        except files.PACKED_FAULTS as error:
            raise FetchError(address, found=str(error), allowed=f"{wanted}, complete") from error
        if damaged is not None:
            raise FetchError(address, found=f"'{damaged}' damaged", allowed=f"{wanted}, complete")


def is_page(content: bytes) -> bool:
    """Say whether bytes begin as a web page does."""
    return content.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(WEB_PAGE)
