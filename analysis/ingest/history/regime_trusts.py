"""Read what is on public record about each trust that was in special measures for quality."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, descriptions, files

CODE = r"[RT][A-Z0-9]{2}"
MIDDLE_OF_MONTH = "15"  # a date known to the month counts as this day
UNVERIFIED = "general knowledge, unverified"
COLUMNS = [
    "ods_code",
    "short_name",
    "trust_type",
    "keogh_11",
    "financial_special_measures_by_2018",
    "fsm_source",
    "successor_or_later_event",
    "successor_source",
    "rsp_exit",
    "rsp_source",
]
# In each, whether placed and whether reviewed.
KEOGH = {"yes": (True, True), "no": (False, False), "no (reviewed, not placed)": (False, True)}
ADDRESS = r"https?://[^\s;]+\.[^\s;]+"
TYPES = {
    "acute": ("acute", "acute"),
    "acute+community": ("acute", "acute and community"),
    "acute (teaching)": ("acute", "acute, teaching"),
    "integrated (acute, community, mental health, ambulance)": ("acute", "acute and other sectors"),
    "mental health": ("mental health", "mental health"),
    "ambulance": ("ambulance", "ambulance"),
}
MONTH = r"20[12]\d-(?:0[1-9]|1[0-2])"
FINANCE = re.compile(rf"yes \((?:(from|by) )?({MONTH})(?: to ({MONTH}))?(?:[ ;].*)?\)")
OTHER_MONTH = re.compile(rf"says ({MONTH})")
EVENT = re.compile(rf"(merged|acquired) ({MONTH}) .*\(?\b(R[A-Z0-9]{{2}})\)?")
RENAMED = re.compile(r"renamed [^,]+, same code")
RSP_ENTERED = re.compile(r"entered RSP (?:\([^)]*\), )?(?:c\. )?(20\d\d(?:-\d\d){0,2})")
RSP_LEFT = re.compile(r"(20\d\d(?:-\d\d){0,2})(?: (spring|early|\(month not found\)))?")
ROUGHLY = re.compile(r"(?i)left the Recovery Support Programme [^.;]*\.$")
START_OF_RSP = "2021-07-13"
# What was found since the list was made, by trust: (field, value, address). Each is in the amendment log, R10 and R11.
_QEH = "https://qehklmediahub.com/2022/04/25/qeh-formally-leaves-special-measures/"
_NSFT = "https://feeds.bbci.co.uk/news/articles/crr0v2jn78yo"
_SATH = "https://www.shropshirestar.com/news/health/2026/03/05/shrewsbury-and-telford-hospitals-out-of-special-measures-after-eight-years/"
_BHR = "https://bhrhospitals.nhs.uk/bhrut-weekly-update/240524-stakeholder-update-from-chief-executive-matthew-trainer-24-may-2024-4547"
_LANCASHIRE = "https://lancashireandsouthcumbria.icb.nhs.uk/news-and-media/latest-news/four-nhs-organisations-lancashire-and-south-cumbria-entered-programme-national-support"
_MEDWAY = (
    "https://kentonline.co.uk/medway/news/health-chiefs-brought-into-oversee-hospital-improvements-252613"
)
_ISLAND = "https://healthbusinessuk.net/news/24052022/iow-nhs-trust-emerges-financial-special-measures"
FOUND_SINCE = {
    "RCX": (("rsp_exited", "2022-04-25", _QEH),),
    "RMY": (("rsp_exited", "2025-02-10", _NSFT),),
    "RYD": (("rsp_exited", "2025-03-06", "https://feeds.bbci.co.uk/news/articles/c1lpeqyzqemo"),),
    "RXW": (("rsp_exited", "2026-03-05", _SATH),),
    "RXR": (("rsp_entered", "2025-02-06", _LANCASHIRE),),
    "RF4": (("rsp_entered", START_OF_RSP, _BHR), ("rsp_exited", "2024-05-24", _BHR)),
    "RPA": (("rsp_entered", "2021-07", _MEDWAY),),
    "R1F": (("rsp_entered", START_OF_RSP, _ISLAND), ("rsp_exited", "2022-05", _ISLAND)),
}


def precision_of(date: str) -> str | None:
    """Return day, month or year as the date is written; None when it is no date of the calendar."""
    for length, form, name in ((10, "%Y-%m-%d", "day"), (7, "%Y-%m", "month"), (4, "%Y", "year")):
        if len(date) == length and re.fullmatch(r"\d{4}(-\d\d){0,2}", date):
            return name if pd.notna(pd.to_datetime(date, format=form, errors="coerce")) else None
    return None


def day_of(date: str) -> str:
    """Return the day that a date stands for: itself, or the 15th of a month."""
    return date if len(date) == 10 else f"{date}-{MIDDLE_OF_MONTH}"


def shown(notes: Sequence[str]) -> str | None:
    """Return notes as one sentence or None."""
    text = "; ".join(notes)
    return text[:1].upper() + text[1:] + "." if text else None


def read_trusts(path: Path, spells: pd.DataFrame, *, records: Mapping[str, int]) -> pd.DataFrame:
    """Read the attributes: one row a trust, fields as described.

    spells: the spells as read; their codes and the codes here must be the same.
    Raises DataError for wording that is not known, a source that is no address, or a fact without a source.
    """
    rows = files.read_csv(path, COLUMNS, others=[])
    checks.code(rows, "ods_code", pattern=CODE)
    checks.unique(rows, ["ods_code"])
    alone = set(rows["ods_code"]) ^ set(spells["org_code"])
    if alone:
        allowed = "a trust with a spell, and every such trust"
        raise DataError(path.name, column="ods_code", found=sorted(alone), allowed=allowed)
    checks.size(rows, records.get(path.name))
    checks.one_of(rows, "trust_type", TYPES)
    checks.one_of(rows, "keogh_11", KEOGH)
    cut = spells[(spells["exited_reported"] == START_OF_RSP) & (spells["confidence"] != "low")]
    told = [_row(path, line, record, set(cut["org_code"])) for line, record in rows.frame.iterrows()]
    return _found_since(pd.DataFrame(told, columns=descriptions.fields("regime_trusts")))


def _found_since(trusts: pd.DataFrame) -> pd.DataFrame:
    """Return the trusts with the dates of FOUND_SINCE, their addresses among the sources."""
    out = trusts.set_index("org_code", drop=False)
    for code, facts in FOUND_SINCE.items():
        if code not in out.index:
            continue
        for field, value, address in facts:
            out.loc[code, [field, f"{field}_precision"]] = value, precision_of(value)
            held = [] if pd.isna(out.loc[code, "sources"]) else str(out.loc[code, "sources"]).split(" ; ")
            out.loc[code, "sources"] = " ; ".join(dict.fromkeys([*held, address]))
            if field == "rsp_exited" and ROUGHLY.match(str(out.loc[code, "note"])):
                out.loc[code, "note"] = None
            out.loc[code, "confidence"] = out.loc[code, "confidence"] or "high"
    return out.reset_index(drop=True)


def _row(path: Path, line: object, record: pd.Series, cut: set[str]) -> list[object]:
    kind, detail = TYPES[record["trust_type"]]
    placed, reviewed = KEOGH[record["keogh_11"]]
    finance = _finance(path, line, record)
    event = _event(path, line, record)
    left, left_note = _left_rsp(path, line, record)
    entered = event.pop("rsp_entered") or (START_OF_RSP if record["ods_code"] in cut and left else None)
    sources = [record[name] for name in ("fsm_source", "successor_source", "rsp_source")]
    addresses = [address for text in sources for address in re.findall(r"https?://[^\s;]+", text)]
    low = any(UNVERIFIED in text for text in (*record,))
    notes = [str(note) for note in (finance.pop("note"), left_note) if note]
    stated = finance["finance"] or event["later_event"] or entered or left
    return [
        record["ods_code"],
        record["short_name"],
        kind,
        detail,
        placed,
        reviewed,
        *finance.values(),
        *event.values(),
        entered,
        precision_of(entered) if entered else None,
        left,
        precision_of(left) if left else None,
        shown(notes),
        " ; ".join(dict.fromkeys(addresses)) or None,
        "low" if low else "high" if stated else None,
    ]


def _finance(path: Path, line: object, record: pd.Series) -> dict[str, object]:
    """Return whether and when the trust was in financial special measures, with another source's month."""
    column = "financial_special_measures_by_2018"
    text, source = record[column], record["fsm_source"]
    _check_source(path, line, "fsm_source", source, needed=text != "no")
    if text == "no":
        return dict.fromkeys(["finance", "from", "known", "to", "note"]) | {"finance": False}
    found = FINANCE.fullmatch(text)
    if found is None:
        allowed = "no, or yes (from YYYY-MM), (by YYYY-MM) or (YYYY-MM to YYYY-MM)"
        raise DataError(path.name, row=line, column=column, found=text, allowed=allowed)
    other = OTHER_MONTH.search(text)
    note = f"another source dates financial special measures from {other[1]}" if other else None
    known = "by" if found[1] == "by" else "from"
    if found[3] and found[3] <= found[2]:
        allowed = "a first month before the last"
        raise DataError(path.name, row=line, column=column, found=text, allowed=allowed)
    return {"finance": True, "from": found[2], "known": known, "to": found[3], "note": note}


def _event(path: Path, line: object, record: pd.Series) -> dict[str, str | None]:
    column = "successor_or_later_event"
    text = record[column]
    _check_source(path, line, "successor_source", record["successor_source"], needed=text != "")
    out: dict[str, str | None] = dict.fromkeys(["later_event", "date", "successor", "rsp_entered"])
    if (found := EVENT.fullmatch(text)) is not None:
        return out | {"later_event": found[1], "date": found[2], "successor": found[3]}
    if (found := RSP_ENTERED.match(text)) is not None and precision_of(found[1]):
        return out | {"rsp_entered": found[1]}
    if (found := re.search(r", c\. (20\d\d)$", text)) is not None and text.startswith("entered RSP"):
        return out | {"rsp_entered": found[1]}
    if RENAMED.fullmatch(text):
        return out | {"later_event": "renamed"}
    if text:
        allowed = "merged or acquired YYYY-MM ... (code), renamed ..., same code, or entered RSP and a date"
        raise DataError(path.name, row=line, column=column, found=text, allowed=allowed)
    return out


def _left_rsp(path: Path, line: object, record: pd.Series) -> tuple[str | None, str | None]:
    """Return when the trust left the Recovery Support Programme, and how roughly that is known."""
    text = record["rsp_exit"]
    if text in ("", "not found"):
        return None, None
    found = RSP_LEFT.fullmatch(text)
    _check_source(path, line, "rsp_source", record["rsp_source"], needed=True)
    if found is None or precision_of(found[1]) is None:
        allowed = "YYYY, YYYY-MM or YYYY-MM-DD, with 'spring' or 'early' after a year"
        raise DataError(path.name, row=line, column="rsp_exit", found=text, allowed=allowed)
    part = {"spring": "in spring", "early": "early in the year"}.get(found[2])
    return found[1], f"left the Recovery Support Programme {part}" if part else None


def _check_source(path: Path, line: object, column: str, text: str, *, needed: bool) -> None:
    proper = text.startswith(UNVERIFIED) or re.match(rf"{ADDRESS}(?: ; |$| \()", text)
    if (needed or text) and not proper:
        allowed = f"an address http(s)://... or '{UNVERIFIED}'"
        raise DataError(path.name, row=line, column=column, found=text, allowed=allowed)
