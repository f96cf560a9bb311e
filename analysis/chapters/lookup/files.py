"""The files behind the page: one index, one file a trust, one file an indicator and period.

Everything that the page shows is computed here, with the functions of `analysis.chapters.lookup.look`; the page only draws.
"""

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis import data
from analysis.chapters.lookup import chart, names as lookup_names, peers as lookup_peers, sentences
from analysis.chapters.lookup.chart import Chart, absent, last_place
from analysis.chapters.lookup.look import among
from analysis.chapters.lookup.peers import BANDS, TENTHS, Peers, by_type, shared_peers
from analysis.chapters.lookup.series import STATES, TrustError, entry_of, has, shared_cells, shared_trusts
from analysis.chapters.lookup.stretches import events
from analysis.methods.spc.signals import SIGNALS
from analysis.present import words
from analysis.present.packed import packed
from analysis.present.tables import MARKS
from analysis.present.words import FORMATS, SCALE
from analysis.study import published
from analysis.study.indicators import told_in

DIGITS = 4  # places kept after the point; the page shows three at most
CURVE = 25  # sizes at which the limits of a funnel are drawn
LEVELS = ("od_ll95", "od_ul95", "od_ll998", "od_ul998")
MARKED = {"up": "ABCD", "down": "abcd"}  # signals in the order of `analysis.methods.spc.signals.SIGNALS`


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was written. frame: one row a file, `path`, `bytes`, `sha256`, by path."""

    frame: pd.DataFrame

    def sentence(self) -> str:
        """How many files, how heavy."""
        return (
            f"{words.number(len(self.frame))} files, {self.frame['bytes'].sum() / 1e6:.1f} MB; the largest, "
            f"{self.frame.loc[self.frame['bytes'].idxmax(), 'path']}, has {self.frame['bytes'].max() / 1e3:.0f} KB."
        )


def write(folder: Path) -> Manifest:
    """Write all files below `folder`, which is made, and return what they are; same inputs, same bytes.

    index.json: trusts, indicators, periods, units and the words of the templates. names.json: other names by code.
    trusts/CODE.json: every indicator at one trust. peers/INDICATOR/PERIOD.json: all trusts in one period.
    Nothing else in `folder` is touched.
    """
    index = outline()
    names = [one["key"] for one in index["indicators"]]
    folder.mkdir(parents=True, exist_ok=True)
    rows = [_write(folder, "index.json", index), _write(folder, "names.json", also_known())]
    rows += [_write(folder, f"trusts/{code}.json", trust_file(code, names)) for code in listed()]
    for name in names:
        rows += _write_peers(folder, name)
    frame = pd.DataFrame(rows, columns=["path", "bytes", "sha256"])
    return Manifest(frame.sort_values("path", ignore_index=True, kind="stable"))


def held() -> list[str]:
    """Return the codes of the trusts of which some indicator has a figure, in order."""
    names = data.load("indicators")["indicator"].tolist()
    return [code for code in shared_trusts().index if any(has(name, code) for name in names)]


def listed() -> list[str]:
    """Return the codes of the trusts that are answered: those with a figure, and all of the regime."""
    return sorted({*held(), *lookup_names.of_the_regime()})


def also_known() -> dict[str, list[list[str]]]:
    """Return the other names of the trusts that are answered: pairs of name and kind, by code."""
    known = lookup_names.other_names()
    return {code: known[code] for code in listed() if code in known}


def outline() -> dict[str, Any]:
    """Return the index: what can be looked up, and the words that the page needs."""
    names = data.load("indicators")["indicator"].tolist()
    return {
        "bands": list(BANDS),
        "grains": {grain: _grain(grain, names) for grain in published.FREQUENCIES},
        "indicators": [_indicator(name) for name in names],
        "places": lookup_peers.PLACES,
        "shared": lookup_peers.SHARED,
        "signals": {way: [chart.SIGNAL_WORDS[signal, way] for signal in SIGNALS] for way in MARKED},
        "states": STATES,
        "tables": {table: _source(table) for table in sorted({entry_of(name).table for name in names})},
        "tenths": list(TENTHS),
        "trusts": [_about_trust(code) for code in listed()],
        "units": {
            unit: dict(zip(("digits", "before", "after"), FORMATS[unit], strict=True)) | {"scale": SCALE.get(unit, 1), "name": chart.unit_label(unit)}
            for unit in FORMATS
        },
    }  # fmt: skip


def _grain(grain: str, names: list[str]) -> dict[str, list[str]]:
    """Return all periods of a grain: keys as in file names, and words."""
    same = [name for name in names if entry_of(name).grain == grain]
    if not same:
        return {"keys": [], "words": []}
    held = [shared_cells(name)["period"] for name in same]
    every = pd.period_range(min(part.min() for part in held), max(part.max() for part in held))
    return {"keys": list(map(str, every)), "words": [chart.period(period, grain) for period in every]}


def _source(table: str) -> dict[str, str]:
    """Return who publishes a table, where, and the mark of its status: said once for all its indicators."""
    about = data.describe(table)
    told = {part: about[part] for part in ("publisher", "publication", "page")}
    return told | {"status": MARKS[about["status"]]}


def _indicator(name: str) -> dict[str, Any]:
    about = entry_of(name)
    held_to = shared_cells(name).dropna(subset="value")["period"].max()
    kept = ("title", "definition", "unit", "grain", "breaks", "family", "table")
    told = {part: getattr(about, part) for part in kept if pd.notna(getattr(about, part))}
    counts = [str(part) for part in (about.numerator, about.denominator) if pd.notna(part)]
    return told | {
        "key": name,
        "unit": told_in(about.unit),
        "better": {"higher is better": 1, "lower is better": -1, "neither": 0}[about.direction],
        "direction": chart.direction(about),
        "first": chart.FIRST[about.direction],
        "counts": [count.rpartition(".")[2] for count in counts],
        "to": chart.period(held_to, about.grain),
    }


def _about_trust(code: str) -> dict[str, Any]:
    """Return what the search box needs: names that the trust or its predecessors had, and whether it closed."""
    trust, names = shared_trusts().loc[code], shared_trusts()["name"]
    changes = data.load("organisation_changes")
    before = changes.loc[(changes["new_code"] == code) & (changes["old_code"] != code), "old_code"]
    also = [f"{old} {names.get(old, '')}".strip() for old in sorted(set(before))]
    found = {"code": code, "name": trust["name"], "type": trust["type"], "region": trust["region"]}
    regime = lookup_names.of_the_regime().get(code)
    if regime:
        found |= {part: regime[part] for part in ("short", "years", "back")}
    if also:
        found["also"] = also
    if pd.notna(trust["closed"]):
        found["closed"] = words.day(trust["closed"])
    if pd.notna(trust["successor"]):
        found["successor"] = trust["successor"]
    return found


def trust_file(code: str, names: list[str]) -> dict[str, Any]:
    """Return what the page needs of one trust: `code`, `events`, `indicators` by name, `without` (reasons by name).

    A trust of the regime has `regime` too: its spells in words and as days, what came after, its case study.
    """
    told = [{"date": f"{event.date:%Y-%m-%d}", "day": words.day(event.date), "words": event.words, "kind": event.kind}
            for event in events(code).itertuples()]  # fmt: skip
    content: dict[str, Any] = {"code": code, "events": told}
    content["indicators"] = {name: series_file(chart.chart(code, name)) for name in names if has(name, code)}
    content["without"] = {name: absent(code, name) for name in names if not has(name, code)}
    if about := lookup_names.of_the_regime().get(code):
        content["regime"] = {part: about[part] for part in ("spells", "ends", "later", "case")}
    return content


def series_file(found: Chart) -> dict[str, Any]:
    """Return one indicator at one trust, in short keys.

    first: key of the first period; n, d: counts (absent when published without); v: values; x: positions
    without one, by reason; s: stretches; g: one letter a period, "." for no signal, else as in MARKED; last:
    position of the last value.
    """
    columns = found.columns
    out: dict[str, Any] = {"first": str(found.periods[0]), "v": _numbers(columns["value"])}
    if not np.isnan(columns["denominator"]).all():
        out |= {"n": _numbers(columns["numerator"]), "d": _numbers(columns["denominator"])}
    reasons: dict[str, list[int]] = {}
    for at in np.flatnonzero(np.isnan(columns["value"])).tolist():
        reasons.setdefault(sentences.absence(columns["state"][at], columns["note"][at]), []).append(at)
    out["x"] = reasons
    out["g"] = "".join(
        MARKED[way][SIGNALS.index(signal)] if isinstance(signal, str) else "."
        for signal, way in zip(columns["signal"], columns["direction"], strict=True)
    )
    kept = ["start", "stop", "phase", "since", "label", "points", "centre", "lower", "upper", "signals"]
    kept += ["provisional", "variation", "reason"]
    out["s"] = [{part: _plain(cut[part]) for part in kept} for cut in found.cuts]
    out["last"], out["sentence"] = last_place(found), found.sentence()
    peers, why_not = among(found)
    out["place"] = peers.sentence(found.code) if peers else why_not
    return out


def peers_file(group: Peers) -> dict[str, Any]:
    """Return one comparison in short keys: codes, v (values), d (sizes), rank, band, and the funnel's limits."""
    frame = group.frame
    out: dict[str, Any] = {"kind": group.kind, "why": group.why, "codes": frame.index.tolist()}
    out |= {"v": _numbers(frame["value"]), "rank": frame["rank"].tolist(), "band": frame["band"].tolist()}
    out["spread"] = list(map(_plain, group.spread))
    if group.funnel is not None:
        sizes = np.geomspace(frame["denominator"].min(), frame["denominator"].max(), CURVE)
        curve = group.funnel.curve(sizes)
        out |= {"d": _numbers(frame["denominator"]), "target": _plain(group.funnel.target)}
        out["curve"] = {"size": _numbers(sizes.round(2))}
        out["curve"] |= {level: _numbers(curve[level].round(4)) for level in LEVELS}
    return out


def _write_peers(folder: Path, name: str) -> list[tuple[str, int, str]]:
    found: dict[pd.Period, dict[str, Any]] = {}
    for when, kind in by_type(name):
        try:
            found.setdefault(when, {})[kind] = peers_file(shared_peers(name, when, kind))
        except TrustError:
            continue
    return [_write(folder, f"peers/{name}/{when}.json", one) for when, one in found.items() if one]


def _write(folder: Path, path: str, content: dict[str, Any]) -> tuple[str, int, str]:
    text = packed(content, sort_keys=True)
    raw = text.encode()
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(raw)
    return path, len(raw), hashlib.sha256(raw).hexdigest()


def _numbers(values: pd.Series | np.ndarray) -> list[float | int | None]:
    return [_plain(value) for value in values.tolist()]


def _plain(value: Any) -> Any:
    """Return a number as JSON has it: missing as null, a whole number without a point."""
    if isinstance(value, float):
        if math.isnan(value):
            return None
        value = round(value, DIGITS)
        return int(value) if value.is_integer() else value
    return value.item() if isinstance(value, np.generic) else value
