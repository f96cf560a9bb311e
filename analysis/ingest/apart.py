"""Read the sheets of a workbook in a process of its own: a damaged file can stop the reader, never a refresh.

Run as a script: bytes of a workbook on the standard input, its sheets pickled on the standard output.
"""

import datetime
import io
import pickle
import resource
import subprocess
import sys

MEMORY = 4 * 1024**3  # bytes of all sheets: a stray cell in the last corner would need a hundred times that
SECONDS = 600


def sheets(content: bytes) -> dict[str, list[list[object]]]:
    """Return the sheets of a workbook as rows of cells: texts, numbers, datetimes, None for an empty one.

    Raises ValueError, with a reason, when the bytes are no workbook or cannot be read within MEMORY and SECONDS.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-I", __file__], input=content, capture_output=True, timeout=SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise ValueError(f"no answer in {SECONDS} seconds") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() if done.returncode == 1 else []
        raise ValueError(said[-1] if said else "cells that cannot be read")
    return pickle.loads(done.stdout)


def _cell(cell: object) -> object:
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    if isinstance(cell, datetime.date) and not isinstance(cell, datetime.datetime):
        return datetime.datetime.combine(cell, datetime.time())
    return None if cell == "" else cell


def _read(content: bytes) -> dict[str, list[list[object]]]:
    from python_calamine import CalamineWorkbook

    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        pages = {name: book.get_sheet_by_name(name) for name in book.sheet_names}
        rows = {name: page.to_python(skip_empty_area=False) for name, page in pages.items()}
    return {name: [[_cell(cell) for cell in row] for row in page] for name, page in rows.items()}


def _main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        sys.stdout.buffer.write(pickle.dumps(_read(sys.stdin.buffer.read())))
    except Exception as error:
        print(" ".join(str(error).split()) or type(error).__name__, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main())
