"""The public record of special measures for quality: spells and trusts, read strictly from two files."""

import re
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, descriptions, files
from analysis.ingest.checks import Rows
from analysis.ingest.history import regime_trusts
from analysis.ingest.history.regime_trusts import ADDRESS, CODE, day_of, precision_of, shown

TABLES = ("regime_spells", "regime_trusts")
TIMELINE, ATTRIBUTES = r"smq_timeline\.csv", r"smq_trust_attributes\.csv"
RECORDS = {"smq_timeline.csv": 42, "smq_trust_attributes.csv": 38}  # spells, trusts to the end of the regime
REGIME_START, REGIME_END = "2013-07-16", "2021-07-13"
LAST_REPORTED = "2021-12-31"  # one exit was reported after the regime had been replaced
COLUMNS = ["trust_name", "ods_code", "entered", "exited", "precision", "reason", "source_url", "confidence"]
KEOGH, RATED = "Keogh mortality review", "CQC Inadequate"
KEOGH_COUNT = 11
QUESTIONS = ("safe", "effective", "caring", "responsive", "well-led")
DATED = re.compile(r"CQC recommended (\d{1,2} )?([A-Z][a-z]{2,8}) (\d{4})")
OTHER_DATE = re.compile(r"dates? (?:the )?(entry|exit) ([A-Z][a-z]+ \d{4})")
OTHER_LENGTH = re.compile(r"says (\d+) months")


def releases(folder: Path) -> list[Path]:
    """Return the two files under `folder`; empty when there is neither, DataError when there is one only."""
    found = files.named(folder, TIMELINE, ATTRIBUTES)
    if len(found) == 1:
        raise DataError(str(folder), found="one regime file", allowed=f"both {TIMELINE} and {ATTRIBUTES}")
    return found


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the tables `regime_spells` and `regime_trusts`.

    Raises DataError for a date that is not one or does not fit its stated precision, a spell that ends before
    it starts, overlaps another or does not agree with its remarks, a source that is no address, a trust in
    one file only, or another number of records than the regime had.
    """
    timeline, attributes = releases(folder)
    spells = read_spells(timeline)
    trusts = regime_trusts.read_trusts(attributes, spells, records=RECORDS)
    keogh = set(trusts.loc[trusts["keogh_11"], "org_code"])
    first = set(spells.loc[spells["first_trigger"] == "Keogh review", "org_code"])
    if keogh != first or len(first) != KEOGH_COUNT:
        found, allowed = sorted(keogh ^ first) or f"{len(first)} trusts", f"the {KEOGH_COUNT} of July 2013"
        raise DataError(attributes.name, column="keogh_11", found=found, allowed=allowed)
    return {
        name: descriptions.tidy(frame, name) for name, frame in zip(TABLES, (spells, trusts), strict=True)
    }


def read_spells(path: Path) -> pd.DataFrame:
    """Read the timeline: one row a spell, sorted by code and number; fields as in the table and more."""
    rows = files.read_csv(path, COLUMNS, others=[])
    checks.code(rows, "ods_code", pattern=CODE)
    checks.unique(rows, ["ods_code", "entered"])
    checks.size(rows, RECORDS.get(path.name))
    checks.one_of(rows, "confidence", ["high", "medium", "low"])
    for column in ("entered", "exited"):
        _check_dates(rows, column)
    stated = rows["entered"].map(precision_of) + "/" + rows["exited"].map(precision_of)
    other = rows["precision"] != stated
    checks.refuse(rows, other, "precision", "{}, as the dates are written", right=stated)
    _check_order(rows)
    proper = rows["source_url"].str.fullmatch(rf"{ADDRESS}( ; {ADDRESS})*")
    checks.refuse(rows, ~proper, "source_url", "addresses http(s)://..., separated by ' ; '")
    names = {"ods_code": "org_code", "source_url": "sources", "exited": "exited_reported"}
    out = rows.frame.rename(columns=names)
    out["spell"] = out.sort_values(["org_code", "entered"]).groupby("org_code").cumcount() + 1
    said = out["reason"].str.extract(r"spell ([0-9])")[0].astype("Int64")
    another = (said != out["spell"]).fillna(False)  # a number in the remarks: another spell is missing
    checks.refuse(rows, another, "reason", "the number of the trust's spell here")
    facts = pd.DataFrame([_facts(path, row, record) for row, record in out.iterrows()], index=out.index)
    out = out.drop(columns="reason").join(facts)
    out["spell_id"] = out["org_code"] + "-" + out["spell"].astype("str")
    for which in ("entered", "exited"):
        out[f"{which}_precision"] = out[which].map(precision_of)
        out[f"{which}_day"] = out[which].map(day_of)
    return out.sort_values(["org_code", "spell"], ignore_index=True)


def _check_dates(rows: Rows, column: str) -> None:
    known = rows[column].map(lambda value: precision_of(value) in ("day", "month"))
    checks.refuse(rows, ~known, column, "a date YYYY-MM-DD or a month YYYY-MM")
    day = rows[column].map(day_of)
    last = REGIME_END if column == "entered" else LAST_REPORTED
    checks.refuse(rows, (day < REGIME_START) | (day > last), column, f"a date from {REGIME_START} to {last}")


def _check_order(rows: Rows) -> None:
    entered, exited = rows["entered"].map(day_of), rows["exited"].map(day_of)
    checks.refuse(rows, exited <= entered, "exited", "a date after the entry")
    days = pd.DataFrame({"code": rows["ods_code"], "entered": entered, "exited": exited})
    days = days.sort_values(["code", "entered", "exited"])
    before = days.groupby("code")["exited"].shift().fillna("")
    bad = (days["entered"] < before).reindex(entered.index)
    checks.refuse(rows, bad, "entered", "a date after the trust's spell before")
    names = rows.frame.groupby("ods_code")["trust_name"].transform("nunique") > 1
    names |= rows.frame.groupby("trust_name")["ods_code"].transform("nunique") > 1
    checks.refuse(rows, names, "trust_name", "one name a code")


def _facts(path: Path, row: object, record: pd.Series) -> dict[str, object]:
    """Return what the remarks of one record say, as fields; our own words, nothing copied."""
    parts = [part.strip() for part in record["reason"].split(";")]
    text, reported = record["reason"], record["exited_reported"]
    entry = re.sub(r"^re-entry( \([^)]*\))?,? ?", "", text).partition(";")[0].strip()
    after = reported > REGIME_END
    regime_end = "administrative end" in text or "assumed regime end" in text
    if regime_end != (reported == REGIME_END):
        allowed = f"the end of the regime, {REGIME_END}, exactly where the remarks say administrative end"
        raise DataError(path.name, row=row, column="exited", found=reported, allowed=allowed)
    acquired = "exit by acquisition" in text
    ended_by = "administrative end" if regime_end or after else "acquired" if acquired else "exit"
    recommended, formal = _exit_dates(text, reported) if ended_by == "exit" else (None, None)
    conflict, note = _notes(parts, ended_by, after)
    trigger, reason = _reason(path, row, entry, record)
    return {
        "exited": REGIME_END if after else reported,
        "ended_by": ended_by,
        "exit_recommended": recommended,
        "exit_formal": formal,
        "first_trigger": trigger,
        "reason": reason,
        "conflict": conflict,
        "note": note,
    }


def _reason(path: Path, row: object, entry: str, record: pd.Series) -> tuple[str, str]:
    """Return what led to the entry and the reason in plain words."""
    again = "Return to special measures" if record["spell"] > 1 else ""
    if entry.startswith(KEOGH):
        if (found := record["entered"]) != REGIME_START:
            allowed = f"{REGIME_START}, the first day, for a trust of the Keogh review"
            raise DataError(path.name, row=row, column="entered", found=found, allowed=allowed)
        return "Keogh review", "High mortality, found by the Keogh review"
    if entry.startswith("regulator decision"):
        detail = entry.partition(":")[2].strip()
        return "regulator's own evidence", f"Concerns about {detail}"
    if "CQC" not in entry and "cqc.org.uk" not in record["sources"]:
        allowed = "Keogh, CQC or regulator decision"
        raise DataError(path.name, row=row, column="reason", found=entry, allowed=allowed)
    named = [question for question in QUESTIONS if re.search(rf"\b{question}\b", entry)]
    questions = f" ({', '.join(named)})" if named else ""
    concern = re.search(r"([a-z][a-z, ]*?)(?: concerns)?$", entry.partition(":")[2] or entry)
    plain = f"Concerns about {concern[1]}" if concern and entry else ""
    plain = f"Rated inadequate by CQC{questions}" if RATED in entry else plain
    parts = [again, plain[:1].lower() + plain[1:] if again else plain]
    return "CQC inspection", ": ".join(filter(None, parts))


def _exit_dates(text: str, reported: str) -> tuple[str | None, str | None]:
    """Return the dates of CQC's recommendation to leave and of the regulator's decision, where known."""
    if "recommendation date" in text or "exit is the CQC recommendation" in text:
        return reported, None
    exits = text.partition("exit: ")[2]
    found = DATED.search(exits)
    if found is None:
        return None, reported
    day, month, year = found.groups()
    written = pd.to_datetime(f"{day or '1 '}{month[:3]} {year}", format="%d %b %Y")
    recommended = written.strftime("%Y-%m-%d" if day else "%Y-%m")
    return recommended, None if recommended == reported else reported


def _notes(parts: list[str], ended_by: str, after: bool) -> tuple[bool, str | None]:
    text = "; ".join(parts)
    notes = [f"another source dates the {which} {month}" for which, month in OTHER_DATE.findall(text)]
    notes += [f"another source counts {months} months" for months in OTHER_LENGTH.findall(text)]
    conflict = bool(notes)
    if "exit month inferred" in text:
        notes.append("month of exit inferred from articles without a date")
    if "both dates are CQC recommendation dates" in text:
        notes.append("date of entry is that of CQC's recommendation")
    if "not found" in text:
        decision = "date of the regulator's decision not found"
        notes.append(decision if ended_by == "exit" else "end not found, assumed")
    if ended_by == "acquired":
        notes.append("ended by acquisition, not by improvement")
    if after:
        notes.append("reported as leaving special measures after the regime had been replaced")
    return conflict, shown(notes)
