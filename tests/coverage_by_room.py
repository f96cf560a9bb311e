"""Print what share of the lines of each room the unit tests reach, from the data of `make coverage`.

A room under its floor ends in an error.
"""

import io
import sys
from pathlib import Path

import coverage

ROOT = Path(__file__).resolve().parents[1]
FLOOR = {"methods": 95, "study": 90, "ingest": 90, "data": 95}  # per cent; the other rooms are 80
OTHERS = 80


def main() -> int:
    """Print a row a room; return 1 when one is under its floor."""
    data = coverage.Coverage(data_file=ROOT / ".coverage")
    data.load()
    files = {Path(name) for name in data.get_data().measured_files()}
    rooms: dict[str, list[Path]] = {}
    for file in sorted(files):
        place = file.relative_to(ROOT / "analysis")
        rooms.setdefault(place.parts[0].removesuffix(".py"), []).append(file)
    low = []
    for room, inside in sorted(rooms.items()):
        share = data.report(morfs=[str(file) for file in inside], file=io.StringIO())
        floor = FLOOR.get(room, OTHERS)
        print(f"{room:12} {share:5.1f}%  (floor {floor})")
        if share < floor:
            low.append(room)
    if low:
        print(f"under the floor: {', '.join(low)}")
    return int(bool(low))


if __name__ == "__main__":
    sys.exit(main())
