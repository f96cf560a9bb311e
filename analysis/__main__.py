"""Commands of the report: `smq-report refresh`, `check`, and what `make` calls; `python -m analysis` is the same."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from analysis import data

if TYPE_CHECKING:
    import pandas as pd

AFTER = "The tables are all old or all new; `python -m analysis check` finishes or clears what is left."

ALONE = (
    "Refused: there is no folder {}. The commands work on a copy of the report: unpack it (the site offers it under "
    "'Take it away'), go into its folder, and type `pip install -e .` or `make book` there."
)


def version() -> str:
    """Return the number of the edition that is installed or checked out, 'unknown' for neither."""
    try:
        return metadata.version("smq-report")
    except metadata.PackageNotFoundError:
        return "unknown"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return 0 when all is well, 1 when a table or release is refused."""
    called = "smq-report" if Path(sys.argv[0]).name.startswith("smq-report") else "python -m analysis"
    parser = argparse.ArgumentParser(prog=called, description=__doc__)
    parser.add_argument("--version", action="version", version=f"smq-report {version()}")
    commands = parser.add_subparsers(dest="command", required=True)
    _add_refresh(commands.add_parser("refresh", help="rebuild the tidy tables from official release files"))
    commands.add_parser("check", help="verify every table against its description")
    outputs = commands.add_parser("outputs", help="run chapters again and store their numbers in them")
    outputs.add_argument("chapters", nargs="+", type=Path)
    planted = commands.add_parser("simulate", help="simulate known effects and store what the methods find")
    planted.add_argument(
        "indicators", nargs="*", help="only these; those whose data changed when none is named"
    )
    planted.add_argument(
        "--all", action="store_true", help="all of them, and the table that rests on no data"
    )
    for name, (told, _) in FILES.items():
        commands.add_parser(name, help=f"write {told}").add_argument("folder", type=Path)
    commands.add_parser("environment", help="write environment.yml from requirements.lock")
    review = commands.add_parser(
        "review", help="compare a person's REFI-QDA project with the automated coding"
    )
    review.add_argument("project", type=Path)
    shown = commands.add_parser("serve", help="show the built pages on this machine")
    shown.add_argument("folder", type=Path)
    shown.add_argument("--port", type=int, default=8000)
    given = parser.parse_args(arguments)
    if not data.FOLDER.is_dir():
        print(ALONE.format(data.FOLDER), file=sys.stderr)
        return 1
    if given.command == "serve":
        return _serve(given.folder, given.port)
    if given.command == "outputs":
        return _outputs(given.chapters)
    if given.command == "environment":
        return _environment()
    if given.command == "review":
        return _review(given.project)
    if given.command in FILES:
        return FILES[given.command][1](given.folder)
    if given.command == "simulate":
        return _simulate(given.indicators, given.all)
    try:
        return _check() if given.command == "check" else _refresh(given)
    except data.DataError as error:
        print(f"Refused: {error}\nNo table was changed.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"Interrupted. {AFTER}", file=sys.stderr)
        return 130
    except (OSError, MemoryError) as error:
        said = " ".join(str(error).split()) or "not enough memory"
        print(f"Stopped by this machine: {said[:300]}. {AFTER}", file=sys.stderr)
        return 1


def _serve(folder: Path, port: int) -> int:
    from analysis.site import serve

    try:
        serve.serve(folder, port, say=lambda line: print(line, flush=True))
    except serve.ServeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _add_refresh(refresh: argparse.ArgumentParser) -> None:
    refresh.description = (
        "Without --from or --by-hand, the newest files are looked up on the publications' own pages and "
        "downloaded first. All tables are rebuilt, or none."
    )
    where = refresh.add_mutually_exclusive_group()
    where.add_argument("--from", dest="source", type=Path, help="folder with release files at hand")
    where.add_argument("--by-hand", action="store_true", help="only describe anew the tables kept by hand")
    refresh.add_argument("--dry-run", action="store_true", help="say what would change and change nothing")
    refresh.add_argument(
        "--accept-removed", action="store_true", help="accept a release that withdraws rows the tables have"
    )
    from analysis.ingest.unlike import KINDS

    kinds = "; ".join(f"{kind}: {said}" for kind, said in KINDS.items())
    refresh.add_argument(
        "--accept-unlike",
        nargs="*",
        choices=list(KINDS),
        metavar="KIND",
        help=f"accept, and record, what is unlike before: all of it, or only these kinds. {kinds}",
    )
    refresh.add_argument(
        "--publication", action="append", help="look up only this one; may be given several times"
    )
    refresh.add_argument(
        "--cache", type=Path, help="folder for downloads (REPORT_CACHE, else the user's cache folder)"
    )
    refresh.add_argument("--pages", help="another address of the pages' hosts, for a mirror (REPORT_PAGES)")


def _refresh(given: argparse.Namespace) -> int:
    from analysis.ingest import record, refresh
    from analysis.ingest.net import source

    def say(line: str) -> None:
        print(line, flush=True)

    folder = given.source
    if folder is None and not given.by_hand:
        found = source.download(
            data.FOLDER, cache=given.cache, base=given.pages, only=given.publication, say=say
        )
        print(found.sentence())
        if not found.files:
            return 0
        folder = found.folder

    def unread(files: Sequence[Path]) -> None:
        held = [] if folder is None else sorted(each for each in folder.rglob("*") if each.is_file())
        left = [str(each.relative_to(folder)) for each in held if each not in files]
        if left:
            more = f" and {len(left) - 20} more" if len(left) > 20 else ""
            print(f"No publication read {len(left)} files of the folder: {', '.join(left[:20])}{more}")

    def planned() -> refresh.Plan:
        return refresh.plan(
            folder,
            folder=data.FOLDER,
            accept_removed=given.accept_removed,
            accept_unlike=given.accept_unlike == [] or given.accept_unlike or (),
            say=say,
        )

    if given.dry_run:
        plan = planned()
        print("\n".join(["Would change:", *plan.lines()]))
        print(f"Read {len(plan.files)} release files, {plan.changes.files['file'].nunique()} of them new.")
        unread(plan.files)
        print("\n".join(_reached(plan.changes.touched(plan.by_hand))))
        print("Nothing was changed.")
        return 0
    with record.alone(data.FOLDER):
        record.finish(data.FOLDER)
        plan = planned()
        reached = _reached(plan.changes.touched(plan.by_hand))
        rebuilt = refresh.put(plan, folder=data.FOLDER, say=say)
    print(f"{len(rebuilt)} tables rebuilt: {', '.join(rebuilt)}")
    print("\n".join(plan.lines()))
    unread(plan.files)
    print("\n".join(reached))
    return 0


def _reached(periods: pd.DataFrame) -> list[str]:
    """Say which chapters and headline numbers changed periods can reach, by the tables as they stand."""
    from analysis.edition import headlines, reach

    try:
        rows = headlines.headlines() if len(periods) else []
    except data.DataError as error:
        return [f"Which headline numbers this can reach cannot be told: {error}"]
    return reach.reach(periods, rows).lines()


def _outputs(chapters: Sequence[Path]) -> int:
    from analysis.site import installed, outputs, run

    installed.require()
    try:
        outputs.outputs(chapters)
    except run.ChapterError as error:
        print(f"Refused: {error}\nThe chapter keeps the outputs that it had.", file=sys.stderr)
        return 1
    return 0


def _environment() -> int:
    from analysis.site import installed, outputs

    outputs.ENVIRONMENT.write_text(outputs.environment(installed.LOCK.read_text(encoding="utf-8")))
    return 0


def _simulate(names: Sequence[str], every: bool) -> int:
    from analysis.ingest.hand import tables
    from analysis.study import indicators, simulated

    asked = indicators.indicators() if every else names or simulated.stale()
    made = {**simulated.made(asked), **(simulated.coverage() if every else {})}
    for name, frame in made.items():
        tables.write(name, frame)
    return main(["refresh", "--by-hand"])


def _lookup(folder: Path) -> int:
    from analysis.chapters.lookup import files

    print(files.write(folder).sentence())
    return 0


def _take(folder: Path) -> int:
    from analysis.site import take_data

    print(take_data.write(folder))
    return 0


def _choices(folder: Path) -> int:
    from analysis.chapters import choices

    print(choices.write(folder))
    return 0


def _review(project: Path) -> int:
    from analysis.methods.coding.project import CodedError
    from analysis.study.evidence import exchange

    try:
        found = exchange.review(project)
    except CodedError as error:
        print(f"Refused: {error}", file=sys.stderr)
        return 1
    for one in found:
        print(one.sentence())
        print(one.frame[~one.frame["same"]].drop(columns="same").to_string(index=False))
    if not found:
        print("No coding by a person is in this project: only those of the automated readers.")
    return 0


def _check() -> int:
    from analysis.ingest import record

    if told := record.interrupted(data.FOLDER):
        print(told)
    result = data.check()
    print(result.to_string(index=False))
    return int((result["result"] != "ok").any())


FILES = {
    "lookup": ('the files behind the page "Look up a trust"', _lookup),
    "take": ("the data as readers take them away: CSV, workbook, package, JSON", _take),
    "choices": ("the files behind the panel that tries another choice", _choices),
}


if __name__ == "__main__":
    sys.exit(main())
