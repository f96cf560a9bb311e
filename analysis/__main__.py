"""Commands: `python -m analysis refresh --from FOLDER`, `check`, and what `make` calls."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from analysis import build, data


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return 0 when all is well, 1 when a table or release is refused."""
    parser = argparse.ArgumentParser(prog="python -m analysis", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    refresh = commands.add_parser("refresh", help="rebuild the tidy tables from official release files")
    where = refresh.add_mutually_exclusive_group(required=True)
    where.add_argument("--from", dest="source", type=Path, help="folder with release files")
    where.add_argument("--by-hand", action="store_true", help="only describe anew the tables kept by hand")
    refresh.add_argument(
        "--accept-removed", action="store_true", help="accept a release that withdraws rows the tables have"
    )
    commands.add_parser("check", help="verify every table against its description")
    outputs = commands.add_parser("outputs", help="run chapters again and store their numbers in them")
    outputs.add_argument("chapters", nargs="+", type=Path)
    commands.add_parser("simulate", help="simulate panels with known effects and store what the methods find")
    commands.add_parser("environment", help="write environment.yml from requirements.lock")
    given = parser.parse_args(arguments)
    if given.command == "outputs":
        build.outputs(given.chapters)
        return 0
    if given.command == "environment":
        build.ENVIRONMENT.write_text(build.environment(build.LOCK.read_text()))
        return 0
    if given.command == "simulate":
        return _simulate()
    try:
        return _check() if given.command == "check" else _refresh(given.source, given.accept_removed)
    except data.DataError as error:
        print(f"Refused: {error}\nNo table was changed.", file=sys.stderr)
        return 1


def _refresh(source: Path | None, accept_removed: bool) -> int:
    from analysis.ingest.refresh import refresh

    rebuilt = refresh(
        source, folder=data.FOLDER, accept_removed=accept_removed, say=lambda line: print(line, flush=True)
    )
    print(f"{len(rebuilt)} tables rebuilt: {', '.join(rebuilt)}")
    return 0


def _simulate() -> int:
    import numpy as np

    from analysis import protocol, simulate
    from analysis.ingest.planted import PLANTED

    frame = simulate.run(rng=np.random.default_rng(protocol.SEED))
    content = frame.to_csv(index=False, lineterminator="\n", float_format="%.6f").encode()
    data.verify(PLANTED, content)
    (data.FOLDER / PLANTED["path"]).write_bytes(content)
    return _refresh(None, accept_removed=False)


def _check() -> int:
    result = data.check()
    print(result.to_string(index=False))
    return int((result["result"] != "ok").any())


if __name__ == "__main__":
    sys.exit(main())
