"""What a case page needs: a trust's spells, statements, measures, what helped and hindered, what is not known."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis import once
from analysis.methods.spc.spc import Improvement
from analysis.present import words
from analysis.study import indicators, regime, trajectories
from analysis.study.evidence import profiles as reading
from analysis.study.evidence.cases import CaseError, checked, codebook, statements, telling

OUTCOMES = "O"  # first letter of the themes that say what came out, not what helped or hindered
SINCE_ENTRY = ("during", "between", "after")
# Charted where the trust has them: the primary measures, and beds, which every hospital reports.
CHARTED = ("four_hour_waits", "shmi", "recommend_work", "bed_occupancy", "mental_illness_bed_occupancy")
IMPROVEMENT: dict[str, Improvement] = {"higher is better": "up", "lower is better": "down", "neither": None}
SPELL_PHASES = ("before", "during", "after", "second spell", "after second")
SIDES = {"+": "helped", "-": "hindered"}


@dataclass(frozen=True, slots=True)
class Story:
    """One trust as the public record and the official figures show it.

    spells: rows of `analysis.study.regime.spells`. statements: as `cases.statements`, in order of time. helped, hindered: one
        row a theme since entry, as of `sides`. readings: as `profiles.Profiles.of`. measures: one row an
        indicator, as of `measures`. charts: by indicator, the trust less the median of trusts that never
        entered. unknown: `kind` ("theme", "reading", "indicator"), `what`: one row a thing that is not known.
    """

    trust: str
    name: str
    spells: pd.DataFrame
    statements: pd.DataFrame
    helped: pd.DataFrame
    hindered: pd.DataFrame
    readings: pd.DataFrame
    measures: pd.DataFrame
    charts: dict[str, trajectories.Charts]
    unknown: pd.DataFrame

    def sentence(self) -> str:
        """When the trust was in, how many statements there are, and how much of it can be measured."""
        has = int((self.measures["values"] > 0).sum())
        counts = self.statements["direction"].value_counts()
        return (
            f"{in_and_out(self.spells)} {len(self.statements)} public statements were read: "
            f"{counts.get('+', 0)} tell of help or improvement, {counts.get('-', 0)} of hindrance or failure. "
            f"{has} of {len(self.measures)} indicators of this report have figures for it."
        )


def story(trust: str) -> Story:
    """Return all that a page on `trust` needs; raise CaseError when it is not one of the cases."""
    every, themes = statements(), codebook()
    own = every[every["trust"] == trust].reset_index(drop=True)
    if own.empty:
        raise CaseError(f"no statements about {trust!r}. Allowed: {sorted(every['trust'].unique())}.")
    spells = regime.spells()
    spells = spells[spells["trust"] == trust].reset_index(drop=True)
    found = reading.load(themes).of(trust)
    panels = {name: regime.panel(name) for name in indicators.indicators()}
    have = measures(trust, panels)
    charted = {
        name: one_chart(trust, panels[name], name=name) for name in CHARTED if have.loc[name, "values"] > 0
    }
    return Story(
        trust=trust, name=str(spells["name"].iloc[0]), spells=spells, statements=own,
        helped=sides(own, themes=themes, direction="+"), hindered=sides(own, themes=themes, direction="-"),
        readings=found, measures=have, charts=charted, unknown=unknown(own, themes, found, have),
    )  # fmt: skip


def in_and_out(spells: pd.DataFrame) -> str:
    """Say when one trust entered, left and came back. `spells`: its rows of `analysis.study.regime.spells`."""
    parts = []
    for spell in spells.sort_values("entered", kind="stable").itertuples():
        verb = "entered special measures" if spell.spell == 1 else "came back"
        length = words.number(spell.months, "months", digits=1 if spell.day_known else 0)
        start, end = (_on(day, known=spell.day_known) for day in (spell.entered, spell.last_day))
        ends = {
            "exit": f"left {end}, after {'' if spell.day_known else 'about '}{length}",
            "acquired": f"was taken over by another trust {end}, after {length}",
            "administrative end": f"was still in when the regime ended {end}, {length} later",
        }
        parts.append(f"{verb} {start} and {ends[spell.ended_by]}")
    return f"{spells['name'].iloc[0]} {'; it '.join(parts)}."


def _on(day: pd.Timestamp, *, known: bool) -> str:
    return f"on {words.day(day)}" if known else f"in {words.month(day)}"


def sides(
    frame: pd.DataFrame, *, themes: pd.Series, direction: str, phases: Sequence[str] = SINCE_ENTRY
) -> pd.DataFrame:
    """Return what helped ("+") or hindered ("-"): one row a theme, most statements first.

    frame: statements of one trust. Outcome themes are left out: they say what came of it. Columns: `theme`,
    `label`, `n`, `ids` (in order of time), `inside` (of `n`, those in a spell), `telling` (id), `statement` (its text). Statements "0" are on neither side.
    Raises CaseError for another direction.
    """
    if direction not in SIDES:
        raise CaseError(f"direction is {direction!r}. Allowed: {list(SIDES)}.")
    frame = checked(frame)
    frame = frame[frame["phase"].isin(phases) & (frame["direction"] == direction)]
    frame = frame[~frame["theme"].str.startswith(OUTCOMES)]
    rows = []
    for place, (theme, label) in enumerate(themes.items()):
        here = frame[frame["theme"] == theme]
        one = telling(here)
        if one is not None:
            inside = int((here["phase"] == "during").sum())
            rows.append(
                [theme, label, len(here), tuple(here["id"]), inside, one["id"], one["statement"], place]
            )
    columns = ["theme", "label", "n", "ids", "inside", "telling", "statement", "place"]
    out = pd.DataFrame(rows, columns=columns).sort_values(["n", "place"], ascending=[False, True])
    return out.drop(columns="place").reset_index(drop=True)


def beside_outcomes(frame: pd.DataFrame, *, themes: pd.Series) -> pd.DataFrame:
    """Return what statements about outcomes since entry name beside the outcome, one row a statement, in order of time.

    frame: statements of one trust. Columns: `id`, `direction` (of the outcome), `outcome` and `named` (names of
    primary and second theme), `statement`. Statements whose second theme is an outcome too are left out. What
    is named may have helped, may be a reservation, or may only stand beside it: the statement says which.
    """
    frame = checked(frame)
    outcome = frame["theme"].str.startswith(OUTCOMES)
    second = frame["second_theme"].fillna(OUTCOMES)
    frame = frame[frame["phase"].isin(SINCE_ENTRY) & outcome & ~second.str.startswith(OUTCOMES)]
    out = frame.assign(outcome=frame["theme"].map(themes), named=frame["second_theme"].map(themes))
    return out[["id", "direction", "outcome", "named", "statement"]].reset_index(drop=True)


def own_rows(trust: str, panel: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a panel that stand for a trust that entered: not those of its code before a merger."""
    mine = panel["trust"].str.split("@").str[0] == trust
    return panel[mine & (panel["phase"] != "never")]


def measures(trust: str, panels: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return one row an indicator, index its name: `title`, `direction`, `grain`, `types`, `values`, `first`,
    `last` (periods; missing without values), and the number of values in each phase of SPELL_PHASES.
    """
    rows = []
    for name, panel in panels.items():
        about = regime.indicator(name)
        own = own_rows(trust, panel)
        own = own[own["value"].notna()]
        counts = own["phase"].value_counts()
        rows.append(
            {
                "indicator": name,
                "title": about.title,
                "direction": about.direction,
                "grain": about.analysis_grain,
                "types": about.types,
                "values": len(own),
                "first": own["period"].min() if len(own) else None,
                "last": own["period"].max() if len(own) else None,
                **{phase: int(counts.get(phase, 0)) for phase in SPELL_PHASES},
            }
        )
    return pd.DataFrame(rows).set_index("indicator")


def one_chart(trust: str, panel: pd.DataFrame, *, name: str) -> trajectories.Charts:
    """Chart one trust against the median of trusts of the same type that never entered, cut at regime dates.

    Raises CaseError when the trust has no value, TrajectoryError when there is nobody to compare with.
    """
    about = regime.indicator(name)
    own = own_rows(trust, panel)
    if own["value"].notna().sum() == 0:
        raise CaseError(f"{trust!r} has no value of {name!r}. Allowed: an indicator that the trust has.")
    alike = panel[(panel["phase"] == "never") & panel["type"].isin(own["type"].unique())]
    unit = about.measure
    return trajectories.charts(
        pd.concat([alike, own], ignore_index=True), unit=unit, improvement=IMPROVEMENT[about.direction]
    )


def levels(found: Story) -> pd.DataFrame:
    """Return one row a charted indicator: `title`, `direction`, `unit`, `comparators`, mean distance by phase.

    For each phase of SPELL_PHASES: `<phase>` (mean less the median of the comparators, in the unit; missing
    without values) and `<phase>_n`; `signals` (points flagged) and `points` (with limits).
    """
    rows = []
    for name, chart in found.charts.items():
        seen = chart.frame[chart.frame["value"].notna()]
        row: dict[str, object] = {
            "indicator": name,
            "title": found.measures.loc[name, "title"],
            "direction": found.measures.loc[name, "direction"],
            "unit": chart.unit,
            "comparators": len(chart.comparators),
            "signals": int(seen["signal"].notna().sum()),
            "points": int(seen["centre"].notna().sum()),
        }
        for phase in SPELL_PHASES:
            part = seen.loc[seen["phase"] == phase, "value"]
            row |= {phase: part.mean() if len(part) else float("nan"), f"{phase}_n": len(part)}
        rows.append(row)
    return pd.DataFrame(rows)


@once.result
def at_entry(trust: str) -> pd.Series | None:
    """Return the change in four-hour waits at first entry, as a row of `trajectories.single_trusts`.

    None when the trust has no such figures or too few months before entry.
    """
    monthly = trajectories.monthly_waits()
    own = own_rows(trust, monthly)
    if own.empty:
        return None
    both = pd.concat([monthly[monthly["phase"] == "never"], own], ignore_index=True)
    row = trajectories.single_trusts(both).iloc[0]
    return row if bool(row["estimable"]) else None


def unknown(own: pd.DataFrame, themes: pd.Series, readings: pd.DataFrame, have: pd.DataFrame) -> pd.DataFrame:
    """Return what is not known of a trust, one row a thing: `kind`, `what`.

    "theme": no statement has it as first or second theme. "reading": a dimension of readiness or board
    maturity that no phase lets anybody judge. "indicator": one of this report without a figure for the trust.
    """
    said = set(own["theme"]) | set(own["second_theme"].dropna())
    rows = [["theme", label] for theme, label in themes.items() if theme not in said]
    rows += [["reading", label] for label in reading.unseen(readings)]
    rows += [["indicator", title] for title in have.loc[have["values"] == 0, "title"]]
    return pd.DataFrame(rows, columns=["kind", "what"])
