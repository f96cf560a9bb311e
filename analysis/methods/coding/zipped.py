"""A zip file opened with care: nothing is unpacked to disk, nothing leaves its folder, nothing explodes."""

import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from analysis.methods import arguments
from analysis.methods.coding.project import CodedError

MEMBERS = 20_000
TEXT_BYTES = 64 * 2**20  # of one part that is read; a million words are 6 MB
ALL_BYTES = 8 * 2**30  # recordings are large
RATIO = 200  # text shrinks to a fifth, repeated text to a fiftieth; a thousandth is a bomb
SMALL = 2**20  # parts below a mebibyte may shrink as they like
LINK = 0o120000
READ = (".qde", ".txt")  # endings of the parts that are read


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of an open zip file, by name."""

    name: str
    file: zipfile.ZipFile
    names: dict[str, str]  # in lower case with slashes: as written

    def find(self, wanted: str) -> str | None:
        """Return the name as written of a part, whatever its case, Unicode form and kind of slash, or None."""
        return self.names.get(_key(wanted))

    def read(self, member: str) -> bytes:
        """Return the bytes of a part. Raises CodedError when they are more than TEXT_BYTES or damaged."""
        try:
            with self.file.open(member) as part:
                found = part.read(TEXT_BYTES + 1)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
            raise CodedError(f"{self.name}, {member}: cannot be read ({error}).") from error
        if len(found) > TEXT_BYTES:
            raise CodedError(
                f"{self.name}, {member}: unpacks to more than {TEXT_BYTES} bytes. Allowed: up to that."
            )
        return found


@contextmanager
def opened(path: Path) -> Iterator[Parts]:
    """Open a zip file and check the parts that may be read, by their ending, before any is.

    Raises CodedError for a file that is absent or no zip, and for a text that points outside the file, is a link, is
    encrypted, is named twice, or unpacks to far more than its size. Recordings, pictures and other parts, which
    nothing reads or unpacks, may be named as they like.
    """
    try:
        file = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise CodedError(f"{path.name}: no zip file that can be opened ({error}).") from error
    with file:
        parts = [info for info in file.infolist() if not info.is_dir()]
        if len(parts) > MEMBERS:
            raise CodedError(f"{path.name}: found {len(parts)} parts. Allowed: {MEMBERS}.")
        if sum(info.file_size for info in parts) > ALL_BYTES:
            raise CodedError(f"{path.name}: unpacks to more than {ALL_BYTES} bytes. Allowed: up to that.")
        names: dict[str, str] = {}
        for info in parts:
            key = _key(info.filename)
            if not key.endswith(READ):
                names.setdefault(key, info.filename)
                continue
            _check(path.name, info)
            if key in names:
                raise CodedError(
                    f"{path.name}: part {arguments.shown(info.filename)} is there twice. Allowed: once."
                )
            names[key] = info.filename
        yield Parts(path.name, file, names)


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).replace("\\", "/").lower()


def _check(name: str, info: zipfile.ZipInfo) -> None:
    raw = getattr(info, "orig_filename", info.filename)
    steps = PurePosixPath(raw.replace("\\", "/"))
    if steps.is_absolute() or ".." in steps.parts or raw[1:2] == ":" or "\0" in raw:
        raise CodedError(
            f"{name}: part {arguments.shown(raw)} points outside the file. Allowed: plain names inside it."
        )
    if (info.external_attr >> 16) & 0o170000 == LINK:
        raise CodedError(f"{name}: part {arguments.shown(raw)} is a link. Allowed: files.")
    if info.flag_bits & 0x1:
        raise CodedError(
            f"{name}: part {arguments.shown(raw)} is encrypted. Allowed: an export without a password."
        )
    if info.file_size > SMALL and info.file_size > RATIO * max(info.compress_size, 1):
        raise CodedError(
            f"{name}: part {arguments.shown(raw)} unpacks to {info.file_size} bytes from {info.compress_size}. Allowed: up to "
            f"{RATIO} times its size."
        )
