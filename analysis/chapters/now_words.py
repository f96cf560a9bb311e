"""Where the trusts that entered are now: one row a trust, one picture of their places, and what both cannot say."""

from textwrap import fill

import pandas as pd
from matplotlib.figure import Figure as Drawing

from analysis.present import figures, words
from analysis.present.links import Link
from analysis.present.palette import BLUE, INK, MID, ORANGE, PALE, QUIET
from analysis.study import standing

SOURCES = (
    "oversight_segments",
    "shmi_banded",
    "staff_survey_groups",
    "cqc_locations",
    "successor_spells",
    "regime_trusts",
    "workforce",
)
MARKS = {"segment_place": ("s", ORANGE), "mortality_place": ("o", BLUE), "staff_place": ("^", MID)}
STEP, HEAD = 24, 110  # px
KEY = 30  # letters of a line of the key: the newest quarter may have a long name


def named() -> dict[str, str]:
    """Return what each mark of the picture stands for, with its date."""
    when = standing.when()
    return {
        "segment_place": f"oversight score, quarter to {words.month(str(when['segment']))}",
        "mortality_place": f"mortality, {when['mortality']}",
        "staff_place": f"staff's view, {when['staff']}",
    }


def standing_alone(trusts: pd.DataFrame) -> pd.DataFrame:
    """Return the trusts that stand under their own code, by the mean of their places, best first."""
    mine = trusts[trusts["became"].isna()]
    ranked = mine.assign(mean=mine[list(MARKS)].mean(axis=1))
    return ranked.sort_values(["mean", "name"], ascending=[False, True], kind="stable", ignore_index=True)


def drawing(trusts: pd.DataFrame) -> figures.Draw:
    """Return a drawing of the places of trusts, a row a trust: worst at the left, best at the right."""

    def draw(width: int) -> Drawing:
        narrow = width == figures.NARROW_PX
        rows = trusts.to_dict("records")
        step = 2 * STEP - 6 if narrow else STEP
        made, ax = figures.canvas(width, HEAD + step * len(rows), layout="constrained")
        for place, row in enumerate(rows):
            at = place + (0.2 if narrow else 0)
            ax.plot([0, 100], [at, at], color=PALE, linewidth=1, zorder=1)
            for column, (mark, colour) in MARKS.items():
                if pd.notna(row[column]):
                    ax.plot(row[column], at, mark, color=colour, markersize=6.5, zorder=3)
            if narrow:
                ax.text(0, place - 0.22, row["name"], color=INK, fontsize=10, va="center")
        ends = [[at + 0.02, at + 0.44] for at in range(len(rows))] if narrow else [[-0.8, len(rows) - 0.4]]
        lows, highs = zip(*ends, strict=True)  # on a phone the line leaves out the names above the rows
        ax.vlines([50] * len(ends), lows, highs, color=QUIET, linewidth=1, linestyle=(0, (4, 3)), zorder=2)
        for column, name in named().items():
            mark, colour = MARKS[column]
            ax.plot([], [], mark, color=colour, label=fill(name, KEY))
        made.legend(loc="outside upper left", frameon=False, ncols=1 if narrow else 3, handletextpad=0.2)
        ax.set_yticks([] if narrow else range(len(rows)), [] if narrow else [row["name"] for row in rows])
        ax.tick_params(axis="y", length=0)
        ax.set_xlim(-2, 102)
        ax.set_ylim(len(rows) - 0.4, -0.8)
        ax.set_xlabel("share of trusts of its kind that stand worse (%)")
        ax.spines["left"].set_visible(False)
        return made

    return draw


def picture(trusts: pd.DataFrame) -> figures.Figure:
    """Return the picture of all places as the page publishes it."""
    mine = standing_alone(trusts)
    drawn = mine[mine[list(MARKS)].notna().any(axis=1)]
    held = {name.partition(",")[0]: drawn[column].dropna() for column, name in named().items()}
    parts = [
        f"{words.number((at < 50).sum())} of {words.number(len(at))} by {name}" for name, at in held.items()
    ]
    title = f"Below the middle of trusts of their kind stand {words.join(parts)}"
    says = (
        f"{title}: {words.join(list(named().values()))}. A row a trust; the mark stands at the share of trusts of its kind that stand worse. Best on all measures together: "
        f"{words.join(list(drawn['name'].head(3)))}; worst: {words.join(list(drawn['name'].tail(3)))}. Descriptive: not what the regime did."
    )  # fmt: skip
    frame = drawn[["trust", "name", "type", "mean", *MARKS]]
    return figures.figure(
        drawing(drawn), name="now-places", title=title, says=says, frame=frame,
        sources=("oversight_segments", "shmi_banded", "staff_survey_groups"),
        how="Right is better. The dashed line is the middle of trusts of the same kind. A trust without a mark has no published figure.",
    )  # fmt: skip


def answer(trusts: pd.DataFrame) -> str:
    """Say in two short sentences what became of the trusts and where those that are ranked stand."""
    gone = int(trusts["became"].notna().sum())
    again = int(((trusts["successor"] > 0) | trusts["still_in"]).sum())
    four, when = standing.in_segment_four(), standing.when()
    (mine, of), (others, all_others) = four["entered"], four["others"]
    shares = [words.number(100 * part, "percent", digits=0) for part in (mine / of, others / all_others)]
    return (
        f"Of {words.plural(len(trusts), 'trust')} that entered, {gone} have become part of another trust, and "
        f"{words.number(again)} were or came under the successor, as far as is known. In the quarter to {words.month(str(when['segment']))} {mine} of {of} that are ranked "
        f"stood in the worst segment ({shares[0]}), against {shares[1]} of {all_others} other acute trusts."
    )


def high_mortality(trusts: pd.DataFrame) -> str:
    """Name the trusts whose mortality was higher than expected in the newest year."""
    high = trusts.loc[trusts["banding"] == "higher than expected", "name"].tolist()
    return f"Mortality of {standing.when()['mortality']} was higher than expected at {words.number(len(high))}: {words.join(high)}."


def for_readers(trusts: pd.DataFrame) -> pd.DataFrame:
    """Return all trusts as texts and links, a row a trust, each figure with its date."""
    when = standing.when()
    rows = [
        {
            "Trust": (Link(row["name"], f"lookup.html?trust={row['trust']}"),),
            "What became of it": _became(row),
            "Successor": _successor(row),
            f"Segment, {words.month(str(when['segment']))}": _segment(row),
            f"Mortality, {when['mortality']}": _mortality(row),
            f"Staff who recommend it, {when['staff']}": _staff(row),
            "Rating of one location": _rating(row),
            "Staff, at entry and last": f"{words.number(row['staff_then'], digits=0)}, then "
            f"{words.number(row['staff_now'], digits=0)} in {words.month(row['staff_month'])}",
        }
        for row in trusts.to_dict("records")
    ]
    return pd.DataFrame(rows)


def _became(row: dict) -> str:
    if pd.isna(row["became"]):
        return "its own trust"
    when = f", {words.month(row['merged'])}" if pd.notna(row["merged"]) else ""
    return f"part of {str(row['became_name']).replace(' NHS Foundation Trust', '').replace(' NHS Trust', '')}{when}"


def _successor(row: dict) -> str:
    if not row["successor"]:
        return "cut short in July 2021; no page tells more" if row["still_in"] else "none known"
    moved = ", moved over in July 2021" if row["still_in"] else ""
    return f"{words.plural(int(row['successor']), 'spell')}{moved}"


def _segment(row: dict) -> str:
    if pd.isna(row["segment"]):
        return words.NOT_AVAILABLE
    return f"{int(row['segment'])}; place {words.number(row['segment_place'], 'percent', digits=0)}"


def _mortality(row: dict) -> str:
    if pd.isna(row["shmi"]):
        return words.NOT_AVAILABLE
    deaths = words.number(100 * row["shmi"], digits=1)
    return f"{deaths} deaths per hundred expected, {row['banding']}; place {words.number(row['mortality_place'], 'percent', digits=0)}"


def _staff(row: dict) -> str:
    if pd.isna(row["recommend_work"]):
        return words.NOT_AVAILABLE
    share, place = (
        words.number(row["recommend_work"], "percent"),
        words.number(row["staff_place"], "percent", digits=0),
    )
    return f"{share}; place {place} among {row['peers']} trusts"


def _rating(row: dict) -> str:
    if pd.isna(row["rated"]):
        return words.NOT_AVAILABLE
    rating = row["rating"] if pd.notna(row["rating"]) else "not rated"
    return f"{rating}, {words.month(row['rated'])}"
