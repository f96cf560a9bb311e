"""Commands of editions: `python -m analysis.edition make`, `draft`, `archive`, `publish`, `propose`, `digests`, `numbers`."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from analysis.edition.compare import EditionError


def commands() -> argparse.ArgumentParser:
    """Return the parser of the commands."""
    parser = argparse.ArgumentParser(prog="python -m analysis.edition", description=__doc__)
    known = parser.add_subparsers(dest="command", required=True)
    numbers = known.add_parser("numbers", help="compute the headline numbers into a JSON file")
    numbers.add_argument("out", type=Path)
    numbers.add_argument("--group")
    known.add_parser("make", help="make the next edition: checks, comparison, record; all or nothing")
    draft = known.add_parser("draft", help="say what the next edition would say; writes no edition")
    draft.add_argument("--out", type=Path, help="file for the text")
    for name, words, out in (
        ("archive", "write the newest edition as .zip and .tar.gz", Path("dist")),
        ("publish", "bring the pages to the branch that is served, or lay them out in a folder", None),
    ):
        sub = known.add_parser(name, help=words)
        sub.add_argument("--site", type=Path, default=SITE, help="the built pages")
        sub.add_argument("--out", type=Path, default=out, help="folder to write to")
        sub.add_argument("--address", default="", help="public address, ending in '/'")
    propose = known.add_parser(
        "propose", help="put refreshed tables on a branch and ask for review, with the comparison"
    )
    propose.add_argument("--text", type=Path, required=True, help="file with the comparison")
    known.add_parser("twice", help="build the last commit twice and compare the pages byte by byte")
    known.add_parser("digests", help="list the digest that a sign-off of each chapter names")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return 0 when all is well, 1 when it was refused or builds differ."""
    given = commands().parse_args(arguments)
    run = {"numbers": _numbers, "make": _make, "draft": _draft, "archive": _archive, "publish": _publish}
    run |= {"propose": _propose, "digests": _digests, "twice": _twice}
    try:
        return run[given.command](given)
    except EditionError as error:
        print(f"Refused: {error}\nNo edition was made.", file=sys.stderr)
        return 1


SITE = Path("book/_build/html")


def today() -> dt.date:
    """Return the day, by SOURCE_DATE_EPOCH where it is set."""
    return dt.datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", time.time())), tz=dt.UTC).date()


def say(line: str) -> None:
    """Print a line of progress at once."""
    print(f"[edition] {line}", file=sys.stderr, flush=True)


def _numbers(given: argparse.Namespace) -> int:
    from analysis import trace
    from analysis.edition import headlines, trees

    found = headlines.numbers([given.group] if given.group else None)
    given.out.write_text(json.dumps(trees.to_json(found)), encoding="utf-8")
    if trace.REQUEST in os.environ:
        trace.write()
    return 0


def _make(given: argparse.Namespace) -> int:
    from analysis.edition import record

    made = record.make(today=today(), say=say)
    print(made.text)
    print(
        f"Written: data/editions/{made.number}. `make edition` now runs the pages that show it; then commit, and"
        f" tag the commit edition-{made.number}."
    )
    return 0


def _draft(given: argparse.Namespace) -> int:
    from analysis.edition import record

    made = record.draft(today=today(), say=say)
    if given.out is not None:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(made.text, encoding="utf-8")
    print(made.text)
    return 0


def _archive(given: argparse.Namespace) -> int:
    from analysis.edition import archive, record, store

    newest = store.latest()
    if newest is None:
        raise EditionError("editions: found none. Allowed: at least one (make edition).")
    files = archive.contents(record.ROOT, given.site, newest)
    print("\n".join(str(path) for path in archive.write(files, newest, out=given.out)))
    return 0


def _publish(given: argparse.Namespace) -> int:
    from analysis.edition import branch, publish, record, store

    if given.out is not None:
        print(publish.publish(given.site, given.out, store.every(), address=given.address))
    else:
        print(branch.push(record.ROOT, given.site.resolve(), store.every(), address=given.address))
    return 0


def _twice(given: argparse.Namespace) -> int:
    from analysis.edition import branch, record

    differ = branch.twice(record.ROOT)
    print("\n".join(differ) if differ else "Two clean builds give the same bytes.")
    return int(bool(differ))


def _propose(given: argparse.Namespace) -> int:
    from analysis.edition import propose, record

    print(propose.propose(record.ROOT, given.text, today=today()))
    return 0


def _digests(given: argparse.Namespace) -> int:
    from analysis.edition import signoffs

    print("\n".join(f"{digest}  {name}" for name, digest in signoffs.digests().items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
