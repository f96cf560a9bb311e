"""After leaving, to today: answers, one picture and tables of texts."""

from typing import Any

import pandas as pd
from matplotlib.figure import Figure as Drawing

from analysis.methods.effects.results import THIN
from analysis.methods.estimate import UNCLEAR, side
from analysis.present import figures, forest, words
from analysis.present.palette import BETTER, BLUE, GREY, INK, QUIET, ZONE_TEXT
from analysis.present.plots import in_unit
from analysis.study import absent, today
from analysis.study.indicators import Indicator
from analysis.study.rule import TOO_FEW
from analysis.study.today import Followed

ROW, HEAD = 34, 66  # px
REACH, TICKS = 10.0, (-8, -4, 0, 4, 8)  # percentage points


def followed() -> dict[str, Followed]:
    """Return every measure of the follow-up."""
    return {name: today.followed(name) for name in today.NAMES}


def frame(measures: dict[str, Followed]) -> pd.DataFrame:
    """Return what is drawn: a row a measure and era, signed so that more is better than trusts that never entered."""
    rows = []
    for name, followed in measures.items():
        about = followed.about
        for era in followed.eras.to_dict("records"):
            low, high = sorted(about.sign * era[end] for end in ("lower", "upper"))
            told = {"measure": about.title, "name": name, "era": era["era"]}
            limits = {"estimate": about.sign * era["estimate"], "lower": low, "upper": high}
            rows.append(told | limits | {"n": int(era["n"]), "unit": about.change_unit})
    eras = pd.DataFrame(rows)
    return in_unit(eras, eras["unit"])


def drawing(rows: pd.DataFrame) -> figures.Draw:
    """Return a drawing of one measure: a row an era, right is better than trusts that never entered."""

    def draw(width: int) -> Drawing:
        eras = rows.to_dict("records")
        drawn, ax = figures.canvas(width, HEAD + (ROW + 8) * len(eras), layout="constrained")
        reach = 1.1 * rows[["lower", "upper"]].abs().max(axis=None)
        ax.axvspan(0, reach, color=BETTER, zorder=0)
        ax.axvline(0, color=QUIET, linewidth=1)
        for place, era in enumerate(eras):
            colour = BLUE if era["n"] >= THIN else GREY
            ends = [era["lower"], era["upper"]]
            ax.plot(ends, [place, place], color=colour, linewidth=2.5, solid_capstyle="butt")
            ax.plot(era["estimate"], place, "o", color=colour, markersize=7)
            said = f"{era['era']} · {words.plural(era['n'], 'trust')}"
            ax.text(-reach, place - 0.32, said, color=INK, fontsize=10, va="center")
        ax.text(reach, len(eras) - 0.42, "better", color=ZONE_TEXT, fontsize=10, ha="right", va="bottom")
        ax.set_xlim(-reach, reach)
        ax.set_ylim(len(eras) - 0.4, -0.7)
        ax.set_yticks([])
        ax.set_xlabel(f"beside trusts of their kind that never entered ({rows['unit'].iloc[0]})")
        return drawn

    return draw


def picture(measure: Followed, *, name: str) -> figures.Figure:
    """Return the picture of one measure as the page publishes it. name: its anchor."""
    rows = frame({measure.about.name: measure})
    return figures.figure(
        drawing(rows), name=name, title=title(measure), says=sentence(measure), frame=rows,
        sources=(*today.tables(measure.about.name), "regime_spells"),
    )  # fmt: skip


def newest(measures: dict[str, Followed]) -> pd.DataFrame:
    """Return the last era of every measure that can be read, as `frame`, with where the trusts that left stand (`where`)."""
    rows = frame(measures).groupby("name", sort=False).tail(1)
    where = {name: _where(one.eras.iloc[-1], one) for name, one in measures.items()}
    return rows.assign(where=rows["name"].map(where)).query("n >= @THIN").reset_index(drop=True)


def overview(measures: dict[str, Followed], *, name: str) -> figures.Figure:
    """Return the chapter's first picture: all measures beside each other in their newest figures."""
    rows = newest(measures)
    unclear = int((~rows["where"].str.startswith("stood")).sum())
    shown = [(measures[row["name"]].about, row) for row in rows.to_dict("records")]
    lines = [
        f"{about.title}: {words.told(row, about.change_unit)} ({row['era']}, {words.plural(row['n'], 'trust')})"
        for about, row in shown
    ]
    return figures.figure(
        forest.many(
            [_row(about, row) for about, row in shown],
            reach=REACH, ticks=TICKS, unit=f"{rows['unit'].iloc[0]}, + is better than trusts never in",
        ), name=name, frame=rows,
        title=f"By {words.number(unclear)} of {words.number(len(rows))} measures of today, trusts that left cannot be told from the others",
        says=f"Above zero better, below zero worse than trusts of their kind that never entered: {'; '.join(lines)}.",
        sources=(*dict.fromkeys(table for each in rows["name"] for table in today.tables(each)), "regime_spells"),
    )  # fmt: skip


def _row(about: Indicator, row: dict[str, Any]) -> forest.Row:
    ends = (row["lower"], row["upper"])
    shown, *between = (
        words.number(value, about.change_unit, sign=True).split(" ")[0] for value in (row["estimate"], *ends)
    )
    return forest.Row(
        words.capital(row["era"]), about.title, shown, f"({between[0]} to {between[1]})",
        (forest.Mark(forest.ENTERED, row["estimate"], *ends),), strong="stood" in row["where"], better=True,
    )  # fmt: skip


def title(measure: Followed) -> str:
    """Return the finding of one measure: where the trusts that left stand in the newest era."""
    last = measure.eras.iloc[-1]
    return f"{measure.about.title}, {last['era']}: trusts that left {_where(last, measure)}"


def _where(era: pd.Series, measure: Followed) -> str:
    if era["n"] < THIN:
        return f"are too few to read ({words.number(era['n'])})"
    which = side(era["lower"], era["upper"])
    if which == UNCLEAR or measure.about.better is None:
        return "cannot be told from trusts that never entered"
    return f"stood {'better' if which == measure.about.better else 'worse'} than trusts that never entered"


def sentence(measure: Followed) -> str:
    """Say where the trusts that left stand, era by era, and how that differs from their last year inside."""
    unit = measure.about.change_unit
    parts = [
        f"{words.told(era, unit)} {era['era']} ({words.plural(int(era['n']), 'trust')})"
        for era in measure.eras.to_dict("records")
    ]
    return (
        f"{measure.about.title}, trusts that left less trusts of their kind that never entered: {'; '.join(parts)}; "
        f"{measure.about.direction}. {changed(measure)}"
    )


def changed(measure: Followed) -> str:
    """Say how the gap changed from the last year inside to the newest era, and what that leaves out."""
    change, unit = measure.change, measure.about.change_unit
    if not change.n:
        return "Figures begin after the regime: there is none from inside to set them beside."
    if measure.ruled is None:
        return f"Only {words.plural(change.n, 'trust')} have figures both from inside and of today: too few to read a change."
    out = [
        f"a change for the {way} of more than {words.number(size, unit)}" if size > 0 else f"any change for the {way}"
        for way, size in (("better", measure.ruled.improvement), ("worse", measure.ruled.worsening))
    ]  # fmt: skip
    return (
        f"From the last year inside to {measure.eras.iloc[-1]['era']} the gap moved by {words.told(change, unit)} ({words.plural(change.n, 'trust')}), which leaves out "
        f"{words.join(out)}; {words.number(measure.ruled.important, unit)} would matter."
    )


def answer(measures: dict[str, Followed]) -> str:
    """Return the chapter's answer: on which measures the trusts that left stand better or worse now, and on how many neither."""
    rows = newest(measures)
    phrase = {name: one.about.phrase for name, one in measures.items()}
    told = [
        f"{way} by {words.join([phrase[name] for name in names])}"
        for way in ("better", "worse")
        if (names := rows.loc[rows["where"].str.startswith(f"stood {way}"), "name"].tolist())
    ]
    rest = int((~rows["where"].str.startswith("stood")).sum())
    said = f"In the newest figures trusts that left as improved stand {words.join(told)}." if told else ""
    none = f"By {words.number(rest)} of {words.number(len(rows))} measures they cannot be told from trusts that never entered."
    return " ".join(part for part in (said, none if rest else "") if part)


def for_readers(measures: dict[str, Followed]) -> pd.DataFrame:
    """Return one row a measure: newest figures, change since the last year inside, what that leaves out, as texts."""
    rows = []
    for followed in measures.values():
        about, last, change = followed.about, followed.eras.iloc[-1], followed.change
        unit, matters = about.change_unit, words.NOT_AVAILABLE
        moved = TOO_FEW if change.n else "no figures from inside"
        if followed.ruled is not None:
            moved, matters = words.told(change, unit), words.number(followed.ruled.important, unit)
        gap = words.told(last, unit) if last["n"] >= THIN else TOO_FEW
        of = (about.heading, words.period(followed.newest), gap, words.number(last["n"]))
        rows.append((*of, moved, matters, about.breaks or ""))
    columns = ["Measure", "Newest figures", "Gap in the newest era", "Trusts"]
    more = ["Change since the last year inside", "Smallest that matters", "Breaks"]
    return pd.DataFrame(rows, columns=[*columns, *more])


def trusts_for_readers(measure: Followed) -> pd.DataFrame:
    """Return the gap of each trust by era, as texts: single trusts carry no interval."""
    unit, eras = measure.about.change_unit, measure.eras["era"].tolist()
    frame = measure.trusts.sort_values("name", kind="stable", ignore_index=True)
    gaps = frame[["inside", *eras]].map(words.number, unit=unit, sign=True)
    return gaps.rename(columns={"inside": "Last year inside"}).assign(Trust=frame["name"])[["Trust", "Last year inside", *eras]]  # fmt: skip


def mean_of_four() -> str:
    """Say how far the trusts that left stand from others by the mean of the surveys of 2021 to 2024."""
    found = today.mean_of_four()
    return f"{words.told(found, 'points')} from acute trusts that never entered ({words.plural(found.n, 'trust')})"


def missing() -> str:
    """Say which months of A&E no file at hand holds, '' when there is none."""
    gaps = absent.told("ae_monthly")
    return f"Figures of A&E for {gaps} are not at hand: missing, not filled." if gaps else ""
