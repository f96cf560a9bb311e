"""What pages may show of a study's own confidential material: only what passed disclosure control."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.methods.coding import agreement_themes, reliability
from analysis.methods.coding.project import Coded
from analysis.methods.disclosure import sites, tables
from analysis.methods.disclosure.attack import DisclosureError
from analysis.study.evidence import private_folder as files, readiness, selection, shared
from analysis.study.evidence.private_folder import PrivateError, Status
from analysis.study.evidence.private_sources import labelled

TOGETHER = "All interviews"  # one column where sources.csv does not tell sites apart
QUOTES = ("id", "site", "code", "text")
QUOTE_ID = re.compile(r"[a-z]?[0-9]{1,3}", re.IGNORECASE | re.ASCII)
CODE_NAME = re.compile(r"(?=.{1,120}\Z)(?:[^\W\d_]|[ ,;:.'\u2019\u2013()/&>!?%-]|(?<!\d)\d{1,2}(?!\d))+")
ANSWERS = {f"{number}{end}" for number in range(1, readiness.POINTS + 1) for end in ("", ".0")}


@dataclass(frozen=True, slots=True)
class ForPages:
    """Material that passed disclosure control, ready for a page; a part that is not there is None.

    interviews: codes by sites, number of interviews in which the code was used, with row totals, small counts
        hidden; one column TOGETHER without sources.csv. themes: agreement of coders by code: `theme`, `alpha`, `lower`, `upper`, for codes in enough interviews.
    readiness: one row a site and scale: `site`, `scale`, `respondents` (or hidden), `score`, `lower`, `upper` (NaN
        where staff do not agree enough, too few answered or all gave the same answer), `why`.
    profiles: one row a site with what is told of it. quotes: columns QUOTES.
    status: what is there and what is missing. says: what was read and left out, in words.
    """

    status: Status
    interviews: pd.DataFrame | None = None
    themes: pd.DataFrame | None = None
    readiness: pd.DataFrame | None = None
    profiles: pd.DataFrame | None = None
    quotes: pd.DataFrame | None = None
    says: tuple[str, ...] = ()

    def sentence(self) -> str:
        """What is there, what is missing and how to add it, and what was read."""
        return " ".join((self.status.sentence(), *self.says))


def for_pages(
    place: Path | None = None,
    *,
    frame: pd.DataFrame | None = None,
    k: int = sites.K,
    threshold: int = tables.THRESHOLD,
) -> ForPages:
    """Return what pages may show; raise, so that the build stops, when anything in it may not be shown.

    place: the private folder; None = `private_folder.folder()`. frame: the public trusts that a site could be, None =
        all that entered special measures, as `selection.everyone`. k, threshold: see `analysis.study.evidence.shared`.
    Without a folder all parts are None and `sentence()` says what is missing and how to add it.
    Never returned: names of sources, coders, cases, respondents, files, or any text but chosen quotes and code names.
    Nothing joins a site to a trust; interviews and survey meet only in the label of the site.

    Raises PrivateError for files that do not fit together, CodedError and ReadinessError as their readers,
    DisclosureError naming cell, site or excerpt.
    """
    place = files.folder() if place is None else place
    there = files.status(place)
    if place is None or not there.found:
        return ForPages(there)
    has = dict(zip(there.frame["part"], there.frame["files"] > 0, strict=True))
    names, cleared = (files.words(files.part(place, name)) for name in ("names.txt", "cleared.txt"))
    told = files.sites(place) if has["sites.csv"] else {}
    says: list[str] = []
    interviews = themes = survey = profiles = quotes = None
    if has["interviews"]:
        read = files.interviews(place)
        projects = list(read.values())
        says.append(_size(projects, threshold))
        interviews = _by_site(place, read, told, threshold, names, cleared)
        themes = _themes(projects, threshold)
    if has["oric.csv"]:
        survey, sentence = _survey(place, told, threshold)
        says.append(sentence)
    shown = {site: values for site, values in told.items() if values}
    if shown:
        public = selection.everyone() if frame is None else frame
        shared.check(profiles=shown, frame=public, k=k)
        profiles = pd.DataFrame.from_dict(shown, orient="index").rename_axis("site").reset_index()
    if has["quotes.csv"]:
        quotes, sentence = _quotes(place, told, has["names.txt"], names, cleared)
        says += [sentence] if sentence else []
    return ForPages(there, interviews, themes, survey, profiles, quotes, tuple(says))


def _by_site(
    place: Path,
    read: dict[str, Coded],
    told: dict[str, dict[str, str]],
    threshold: int,
    names: Collection[str],
    cleared: Collection[str],
) -> pd.DataFrame:
    """Count interviews by code and site; hide small counts; check the names of codes."""
    projects = list(read.values())
    if files.part(place, "sources.csv").is_file():
        rows = files.table(files.part(place, "sources.csv"), ("source", "site"), ("file",))
    else:  # not told apart by site
        told = {TOGETHER: {}}
        rows = [{"source": one, "site": TOGETHER} for one in _sources(projects)]
    home = {
        labelled(row["source"], row["file"]) if row.get("file") else row["source"]: row["site"]
        for row in rows
    }
    if len(home) < len(rows):
        raise PrivateError("sources.csv: a source is there twice. Allowed: once.")
    for number, row in enumerate(rows, start=2):
        _known(f"sources.csv, row {number}", row["site"], told)
    for file, project in read.items():  # a name that only one source has may carry its file too
        for label in project.sources["label"]:
            if label not in home and labelled(label, file) in home:
                home[label] = home[labelled(label, file)]
    pairs = []
    for number, project in enumerate(projects, start=1):
        lost = [row for row in project.sources.itertuples() if row.label not in home]
        if lost:
            raise PrivateError(
                f"project {number}: {len(lost)} sources have no site. Allowed: a row in sources.csv for each, by its "
                "name in the project, and by its file too where another file has another source of that name."
            )
        pairs.append(
            project.codings.assign(site=project.codings["source"].map(home))[["code", "site", "source"]]
        )
    codes = list(dict.fromkeys(code for project in projects for code in project.codes["label"]))
    for number, code in enumerate(codes, start=1):
        _form(f"code {number}", code)
    used = pd.concat(pairs).drop_duplicates()
    counts = used.groupby(["code", "site"]).size().unstack(fill_value=0)
    labels = [site for site in told if site in set(home.values())]
    counts = counts.reindex(index=codes, columns=labels, fill_value=0).astype("int64")
    found = tables.suppress(counts, threshold=threshold, totals="rows" if len(labels) > 1 else "none")
    shared.check(
        tables={"interviews by code": found.frame}, threshold=threshold, names=names, allowed=cleared
    )
    return found.frame.rename_axis(index="code", columns=None)


def _size(projects: list[Coded], threshold: int) -> str:
    """How much was read, over all projects together, as a project may be one site."""
    sources = sum(len(project.sources) for project in projects)
    left = sum(int(project.left_out["codings"].sum()) for project in projects)
    count = f"{sources:,}" if sources >= threshold else f"fewer than {threshold}"
    text = f"Interviews: {count} sources with {sum(len(project.codings) for project in projects):,} codings were read."
    return (
        f"{text} Not read: {left:,} codings of material that is no plain text, or at no place of a text."
        if left
        else text
    )


def _sources(projects: list[Coded]) -> list[str]:
    return list(dict.fromkeys(name for project in projects for name in project.sources["label"]))


def _themes(projects: list[Coded], threshold: int) -> pd.DataFrame | None:
    """Agreement by code; codes used in too few interviews are left out, coders are not named."""
    units = pd.concat([project.units() for project in projects], ignore_index=True)
    if units.empty or units["coder"].nunique() < 2:
        return None
    used = pd.concat([project.codings[["code", "source"]] for project in projects]).drop_duplicates()
    enough = used.groupby("code").size()
    compared = agreement_themes.by_theme(units)
    if not compared.units:  # no stretch of text was read by two coders
        return None
    found = compared.frame
    kept = found[found["theme"].map(enough).fillna(0) >= threshold]
    return kept[["theme", "alpha", "lower", "upper"]].reset_index(drop=True) if len(kept) else None


def _survey(place: Path, told: dict[str, dict[str, str]], threshold: int) -> tuple[pd.DataFrame, str]:
    """Score the staff survey; sites with few respondents are hidden, and others that would tell their number."""
    needed = ("respondent", "organisation")
    rows = files.table(files.part(place, "oric.csv"), needed, tuple(readiness.ITEMS.values()))
    for number, row in enumerate(rows, start=2):
        _known(f"oric.csv, row {number}", row["organisation"], told)
    absent = [name for name in readiness.ITEMS.values() if not rows or name not in rows[0]]
    if absent or len({row["respondent"] for row in rows}) < len(rows):
        raise PrivateError(
            f"oric.csv: lacks {absent or 'a respondent of its own in each row'}. Allowed: see PARTS."
        )
    for number, row in enumerate(rows, start=2):
        for name in readiness.ITEMS.values():
            if row[name] and row[name] not in ANSWERS:
                raise PrivateError(
                    f"oric.csv, row {number}, item '{name}': no answer. Allowed: 1 to 5, or blank."
                )
    answers = pd.DataFrame(rows).replace("", pd.NA)
    try:
        scored = readiness.score(answers)
    except reliability.ReadinessError as error:  # its words may name a respondent
        items = [name for name in readiness.ITEMS.values() if f"item '{name}'" in str(error)]
        raise PrivateError(
            f"oric.csv: the answers cannot be scored{f', item {items[0]!r}' if items else ''}. Allowed: 5 is always "
            "agreement, and each respondent is there once."
        ) from None
    sizes = tables.suppress(
        answers.groupby("organisation").size(), threshold=threshold, totals="columns"
    ).frame["count"]
    shared.check(tables={"respondents": sizes.to_frame("count")}, threshold=threshold)
    kept = scored.organisations
    few = kept["scored"] < threshold
    alike = kept["supported"] & (kept["lower"] == kept["upper"])  # the mean would be the answer of each
    shown = kept["supported"] & ~few & ~alike
    told_why = kept["reason"].str.split(" is ").str[0].where(kept["reason"] != "", "")
    why = np.select(
        [few, alike, shown],
        ["too few answered", "all gave the same answer", ""],
        "staff do not agree enough (" + told_why + ")",
    )
    frame = pd.DataFrame({"site": kept["organisation"], "scale": kept["scale"]})
    frame["respondents"] = frame["site"].map(sizes)
    for name in ("score", "lower", "upper"):
        frame[name] = kept[name].where(shown)
    count = int(shown.sum())
    sentence = f"Staff survey: {count} of {len(frame)} scores of sites can be shown. {scored.rule}"
    if len(answers) >= threshold:
        held = scored.scales.dropna(subset="alpha")
        told_alpha = [f"{row.alpha:.2f} for change {row.scale}" for row in held.itertuples()]
        sentence += f" Cronbach's alpha is {' and '.join(told_alpha)}." if told_alpha else ""
    return frame.assign(why=why), sentence


def _quotes(
    place: Path,
    told: dict[str, dict[str, str]],
    listed: bool,
    names: Collection[str],
    cleared: Collection[str],
) -> tuple[pd.DataFrame | None, str]:
    """Check each quote for what identifies; return those that a person marked as read, and how many wait for that.

    `names.txt` must be there, empty if there are none.
    """
    if not listed:
        raise PrivateError(
            "names.txt: not there. Allowed: with quotes, the list of names that must never appear."
        )
    rows = files.table(files.part(place, "quotes.csv"), QUOTES)
    if len({row["id"] for row in rows}) < len(rows):
        raise PrivateError("quotes.csv: an id is there twice. Allowed: once.")
    for number, row in enumerate(rows, start=2):
        _known(f"quotes.csv, row {number}", row["site"], told)
        if not QUOTE_ID.fullmatch(row["id"]):
            raise DisclosureError(
                f"quotes.csv, row {number}: the id may tell who. Allowed: a letter and a number, such as 'q1'."
            )
        _form(f"quotes.csv, row {number}, column 'code'", row["code"])
        texts = {row["id"]: row["text"], f"{row['id']}, its code": row["code"]}
        shared.check(excerpts=texts, names=names, allowed=cleared)
    marks = {" ".join(line.split()) for line in cleared}
    kept = [row for row in rows if f"quote {row['id']}" in marks]
    waiting = len(rows) - len(kept)
    sentence = (
        f"{waiting:,} of {len(rows):,} chosen quotes are not shown, as no person has marked them as read (a line such as "
        "'quote q1' in cleared.txt)."
    )
    return (pd.DataFrame(kept, columns=list(QUOTES)) if kept else None), sentence if waiting else ""


def _form(place: str, code: str) -> None:
    if not CODE_NAME.fullmatch(code):
        raise DisclosureError(
            f"{place}: its name may tell who. Allowed: up to 120 letters, blanks and plain marks, numbers of two digits."
        )


def _known(place: str, site: str, told: dict[str, dict[str, str]]) -> None:
    if site not in told:
        raise PrivateError(f"{place}: the site is none of sites.csv. Allowed: {list(told)}.")
