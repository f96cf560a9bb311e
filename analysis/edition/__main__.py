"""Commands of editions: `python -m analysis.edition make`, `draft`, `archive`, `publish`, `propose`, `digests`, `numbers`."""

import argparse
import datetime as dt
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from analysis import trace
from analysis.edition.compare import EditionError

SITE = Path("book/_build/html")


def commands() -> argparse.ArgumentParser:
    """Return the parser of the commands; each names the function that runs it."""
    parser = argparse.ArgumentParser(prog="python -m analysis.edition", description=__doc__)
    known = parser.add_subparsers(dest="command", required=True)

    def add(run: Callable[[argparse.Namespace], int], words: str) -> argparse.ArgumentParser:
        sub = known.add_parser(run.__name__.strip("_"), help=words)
        sub.set_defaults(run=run)
        return sub

    numbers = add(_numbers, "compute the headline numbers into a JSON file")
    numbers.add_argument("out", type=Path)
    numbers.add_argument("--group")
    add(_make, "make the next edition: checks, comparison, record; all or nothing")
    draft = add(_draft, "say what the next edition would say; writes no edition")
    draft.add_argument("--out", type=Path, help="file for the text")
    for run, words, out in (
        (_archive, "write the newest edition as .zip and .tar.gz", Path("dist")),
        (_publish, "bring the pages to the branch that is served, or lay them out in a folder", None),
    ):
        sub = add(run, words)
        sub.add_argument("--site", type=Path, default=SITE, help="the built pages")
        sub.add_argument("--out", type=Path, default=out, help="folder to write to")
        sub.add_argument("--address", default="", help="public address, ending in '/'")
    propose = add(_propose, "put refreshed tables, or newer libraries, on a branch and ask for review")
    propose.add_argument("--text", type=Path, help="file with the comparison, for a refresh")
    propose.add_argument("--of", choices=["refresh", "versions"], default="refresh", help="what is proposed")
    add(_twice, "build the last commit twice and compare the pages byte by byte")
    add(_digests, "list the digest that a sign-off of each chapter names")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return 0 when all is well, 1 when it was refused or builds differ."""
    given = commands().parse_args(arguments)
    try:
        return given.run(given)
    except EditionError as error:
        print(f"Refused: {error}\nNo edition was made.", file=sys.stderr)
        return 1


def today() -> dt.date:
    """Return the day, by SOURCE_DATE_EPOCH where it is set."""
    return dt.datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", time.time())), tz=dt.UTC).date()


def say(line: str) -> None:
    """Print a line of progress at once."""
    print(f"[edition] {line}", file=sys.stderr, flush=True)


def _numbers(given: argparse.Namespace) -> int:
    from analysis.edition import headlines, trees

    found = headlines.numbers([given.group] if given.group else None)
    given.out.write_text(json.dumps(trees.to_json(found)), encoding="utf-8")
    if trace.REQUEST in os.environ:
        trace.write()
    return 0


def _make(given: argparse.Namespace) -> int:
    from analysis.edition import make

    made = make.make(today=today(), say=say)
    print(made.text)
    print(
        f"Written: data/editions/{made.number}. `make edition` now runs the pages that show it; then commit, and"
        f" tag the commit edition-{made.number}."
    )
    return 0


def _draft(given: argparse.Namespace) -> int:
    from analysis.edition import make

    made = make.draft(today=today(), say=say)
    if given.out is not None:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(made.text, encoding="utf-8")
    print(made.text)
    return 0


def _archive(given: argparse.Namespace) -> int:
    from analysis.edition import archive, store

    print("\n".join(map(str, archive.archive(trace.ROOT, given.site, store.latest(), out=given.out))))
    return 0


def _publish(given: argparse.Namespace) -> int:
    from analysis.edition import branch, publish, store

    if given.out is not None:
        print(publish.publish(given.site, given.out, store.every(), address=given.address))
    else:
        print(branch.push(trace.ROOT, given.site.resolve(), store.every(), address=given.address))
    return 0


def _twice(given: argparse.Namespace) -> int:
    from analysis.edition import branch

    differ = branch.twice(trace.ROOT)
    print("\n".join(differ) if differ else "Two clean builds give the same bytes.")
    return int(bool(differ))


def _propose(given: argparse.Namespace) -> int:
    from analysis.edition import propose

    print(propose.propose(trace.ROOT, given.text, today=today(), of=given.of))
    return 0


def _digests(given: argparse.Namespace) -> int:
    from analysis.edition import signoffs

    print("\n".join(f"{digest}  {name}" for name, digest in signoffs.digests().items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
