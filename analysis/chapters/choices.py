"""Another choice of the reader in words and as files: what the panel of the pages shows, made before by the same functions.

One file an indicator holds every choice with its estimate, interval, verdict and sentence; the page only draws.
"""

from pathlib import Path
from typing import Any

import pandas as pd

from analysis.methods.effects.results import THIN
from analysis.methods.estimate import HIGHER, LOWER, Estimate, side
from analysis.present import spreadsheet, words
from analysis.present.packed import packed
from analysis.present.plots import difference_label
from analysis.study import choices as study, entry_effects, indicators, ruled_out
from analysis.study.choices import Answer, Choice
from analysis.study.samples import WINDOWS

LABELS = {
    "baseline": {
        study.ALL: "All periods before entry",
        study.OUT: "Those before the year before entry",
        study.LAST: "The last period before entry",
    },
    "comparator": {
        study.ALIKE: "Never entered, alike in level and trend",
        study.TYPE: "All others of the same type",
        study.BAD: "Never entered, as bad the year before",
        study.NOT_YET: "Entered, but later",
    },
    "estimator": {
        study.PARTNERS: "Change beside ten partners",
        study.IMPUTATION: "Imputation",
        study.GROUP_TIME: "Group-time",
    },
    "keogh": {study.KEOGH: "In", study.NO_KEOGH: "Left out"},
}
TITLES = {
    "baseline": "Baseline",
    "comparator": "Compared with",
    "estimator": "Estimator",
    "window": "After entry",
    "keogh": "The eleven Keogh trusts",
}
TOO_FEW, NO_DIFFERENCE = "too few trusts to read", "no clear difference"
CALIBRATED = "The interval is calibrated on simulated panels."
PLAIN = "The interval is not calibrated."
PLACES = 5
# Of the spreadsheet: the short key of a choice that each column is filled from.
COLUMNS = {
    "difference": "v",
    "lower": "l",
    "upper": "u",
    "trusts that entered": "n",
    "compared": "c",
    "verdict": "r",
}
INDEX, TABLE = "index", "choices.csv"


def offered() -> list[str]:
    """Return the indicators that the panel offers: those with trusts enough for the main estimate."""
    return [name for name in indicators.indicators() if entry_effects.enough(name)]


def verdict(indicator: str, estimate: Estimate) -> str:
    """Return what the interval of one choice says, by the words of the report."""
    better = study.about(indicator).better
    if estimate.n < THIN:
        return TOO_FEW
    if better is not None:
        return ruled_out.ruled_out(estimate, better=better, important=ruled_out.important(indicator)).verdict
    which = side(estimate.lower, estimate.upper)
    return which if which in (HIGHER, LOWER) else NO_DIFFERENCE


def said(choice: Choice, made: Answer) -> str:
    """Return a choice and what it gives as a sentence or two."""
    if made.found is None:
        return f"This choice cannot be estimated. {made.why}"
    about, found = study.about(choice.indicator), made.found
    short, long = WINDOWS[about.analysis_grain]
    over = long if choice.window == study.LONG else short
    who = "" if choice.keogh == study.KEOGH else ", without the eleven Keogh trusts"
    return (
        f"{words.capital(about.phrase)}, over the {over} after entry{who}: {words.told(found, about.change_unit)} from what is predicted. "
        f"{words.plural(found.n, 'trust')} that entered, {words.number(found.n_controls)} compared. "
        f"{CALIBRATED if made.calibrated else PLAIN}"
    )


def write(folder: Path) -> str:
    """Write index, one file an indicator and the table of all choices below `folder`; return what they are. Same bytes each time."""
    folder.mkdir(parents=True, exist_ok=True)
    names = offered()
    made = {name: of(name) for name in names}
    files = {INDEX: outline(names)} | made
    for name, content in files.items():
        (folder / f"{name}.json").write_text(packed(content, sort_keys=True), encoding="utf-8")
    (folder / TABLE).write_text(spreadsheet.to_csv(table(files)), encoding="utf-8")
    return f"{words.number(len(names))} indicators, {words.number(sum(len(one['choices']) for one in made.values()))} choices"


def outline(names: list[str]) -> dict[str, Any]:
    """Return the index: indicators, controls with their values in words, why a choice cannot be estimated."""
    return {
        "indicators": [[name, study.about(name).title] for name in names],
        "titles": TITLES,
        "values": {part: [[value, LABELS.get(part, {}).get(value, value)] for value in values] for part, values in study.VALUES.items()},
        "order": list(study.VALUES),
        "why": study.WHY,
    }  # fmt: skip


def of(indicator: str) -> dict[str, Any]:
    """Return the file of an indicator: its words, the report's own result, every choice by key, keys by size of estimate."""
    about = study.about(indicator)
    made = {choice.key(): (choice, study.answer(choice)) for choice in study.every(indicator)}
    short, long = WINDOWS[about.analysis_grain]
    record, own = made[Choice(indicator).key()]
    told = (
        f"The report's own choice: {words.told(own.found, about.change_unit)}; "
        f"its verdict: {ruled_out.verdict(indicator)}."
        if own.found is not None
        else f"The report's own choice cannot be made here: {own.why}"
    )
    ranked = sorted((one.found.value, key) for key, (_, one) in made.items() if one.found is not None)
    return {
        "title": about.title,
        "label": difference_label(about.change_unit, about.direction).replace("\n", "; "),
        "better": {"higher": 1, "lower": -1, None: 0}[about.better],
        "digits": words.FORMATS[about.change_unit][0],
        "grain": about.analysis_grain,
        "windows": {study.LONG: words.capital(long), study.SHORT: words.capital(short)},
        "own": record.key(),
        "record": told,
        "ranked": [key for _, key in ranked],
        "choices": {key: _packed(choice, one) for key, (choice, one) in made.items()},
    }


def _packed(choice: Choice, made: Answer) -> dict[str, Any]:
    """Return a choice in short keys: v, l, u, n, c (numbers in the unit of the label), t, i (value, interval as texts), r (verdict), s (sentence), p (path)."""
    if made.found is None:
        return {"w": next(key for key, text in study.WHY.items() if text == made.why)}
    found, unit = made.found, study.about(choice.indicator).change_unit
    digits = words.told_from_zero(found.lower, found.upper, unit)
    times = words.SCALE.get(unit, 1)
    value, low, high = (times * one for one in (found.value, found.lower, found.upper))
    path = zip(*(made.path[part].tolist() for part in ("horizon", "estimate", "lower", "upper")), strict=True)
    return {
        "v": round(value, PLACES),
        "l": round(low, PLACES),
        "u": round(high, PLACES),
        "n": int(found.n),
        "c": int(found.n_controls),
        "t": words.number(found.value, unit, digits=digits, sign=True),
        "i": words.interval(found.lower, found.upper, unit, digits=digits),
        "r": verdict(choice.indicator, found),
        "s": said(choice, made),
        "p": [
            [int(horizon), *(round(float(times * x), PLACES) for x in sizes)]
            for horizon, *sizes in path
            if not pd.isna(sizes[:2]).any()
        ],
    }


def table(files: dict[str, Any]) -> pd.DataFrame:
    """Return every choice as a row, for a reader's spreadsheet."""
    rows = []
    for name, content in files.items():
        for key, found in content.get("choices", {}).items():
            values = dict(zip(study.VALUES, key.split("."), strict=True))
            unit = words.unit_name(study.about(name).change_unit)
            row = {"indicator": name, "title": content["title"], "unit": unit}
            labels = {part: LABELS.get(part, content["windows"]) for part in values}
            row |= {TITLES[part].lower(): labels[part][value] for part, value in values.items()}
            row |= {heading: found.get(part) for heading, part in COLUMNS.items()}
            rows.append(row | {"why not": study.WHY[found["w"]] if "w" in found else ""})
    return pd.DataFrame(rows)
