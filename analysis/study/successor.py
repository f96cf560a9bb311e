"""The successor of special measures: its spells as far as they are known, counts by day, and who came back into it."""

from dataclasses import dataclass

import pandas as pd

from analysis import data
from analysis.study import regime

LED = ("quality", "finance", "not found")
MERGED = "ended by merger"
NOT_FOUND = "exit not found"


@dataclass(frozen=True, slots=True)
class Bounds:
    """A count that is known between two ends."""

    certain: int
    possible: int


def spells() -> pd.DataFrame:
    """Return the spells as the table `successor_spells` has them, by earliest entry, `name` of the trust as we call it."""
    frame = data.load("successor_spells").sort_values(
        ["entered_from", "org_code"], ignore_index=True, kind="stable"
    )
    short = frame["trust"].str.replace(r" (NHS Foundation Trust|NHS Trust)$", "", regex=True)
    ours = frame["org_code"].map(regime.short_names())
    return frame.assign(name=ours.fillna(short.str.replace(r"^The ", "", regex=True)))


def inside(day: str | pd.Timestamp) -> Bounds:
    """Return how many trusts were in the successor on a day: for certain, and by what the dates allow.

    Certain: entered by then at the latest, and not left, or last seen inside on that day or later. Possible: may have
    entered by then and is not known to have left before. A spell whose exit was not found is never certain after the
    day on which it was last seen, and never taken for over either.
    """
    on, frame = pd.Timestamp(day), data.load("successor_spells")
    open_end = frame["status"] == NOT_FOUND
    last_certain = frame["last_seen"].where(open_end, frame["exited_from"] - pd.Timedelta(days=1))
    certain = (frame["entered_to"] <= on) & (last_certain >= on)
    possible = (frame["entered_from"] <= on) & (open_end | (frame["exited_to"] > on))
    return Bounds(
        frame.loc[certain, "org_code"].nunique(), frame.loc[possible | certain, "org_code"].nunique()
    )


def counted() -> pd.DataFrame:
    """Return the published counts beside ours: `day`, `published`, `trusts` (missing for systems), `certain`, `possible`, `sources`."""
    counts = data.load("successor_counts").sort_values("day", kind="stable", ignore_index=True)
    ours = [inside(day) for day in counts["day"]]
    return counts.assign(certain=[one.certain for one in ours], possible=[one.possible for one in ours])


def cut_short() -> pd.DataFrame:
    """Return the spells that the end of special measures cut short, and what is known of them in the successor.

    One row a spell: `trust`, `name`, `entered` (special measures), then `moved` (a page has it in the successor),
    `left` (as fine as it is known, missing where not found), `months` in the successor (longest that the dates
    allow, missing without an exit), `again` (True: a later spell in the successor).
    """
    ours = regime.spells()
    ours = ours[ours["ended_by"] == "administrative end"].sort_values(
        "entered", kind="stable", ignore_index=True
    )
    table = data.load("successor_spells")
    moved = table[table["from_special_measures"]].set_index("org_code")
    months = (moved["exited_to"] - regime.REGIME_END).dt.days / regime.DAYS_IN_MONTH
    later = set(table.loc[~table["from_special_measures"], "org_code"])
    return pd.DataFrame(
        {
            "trust": ours["trust"],
            "name": ours["name"],
            "entered": ours["entered"],
            "moved": ours["trust"].isin(moved.index),
            "left": ours["trust"].map(moved["exited"]),
            "months": ours["trust"].map(months),
            "again": ours["trust"].isin(later) & ours["trust"].isin(moved.index),
        }
    )


def came_back() -> pd.DataFrame:
    """Return the trusts that left special measures and entered the successor later as new, by what led them there.

    One row a spell: `trust`, `name`, `left` (last exit from special measures), `entered_from`, `entered_to`, `led_by`.
    Trusts moved over when the regimes were merged had not left and are not among them.
    """
    ours = regime.spells()
    out = ours[ours["ended_by"] == "exit"].groupby("trust")["exited"].max()
    still = set(ours.loc[ours["ended_by"] == "administrative end", "trust"])
    new = spells()[
        lambda frame: ~frame["from_special_measures"] & frame["org_code"].isin(set(out.index) - still)
    ]
    new = new.drop(columns="trust").rename(columns={"org_code": "trust"}).drop_duplicates("trust")
    return new.assign(left=new["trust"].map(out))[
        ["trust", "name", "left", "entered_from", "entered_to", "led_by", "confidence"]
    ].reset_index(drop=True)


def returns_widely() -> dict[str, Bounds]:
    """Return the second figure of returns: trusts back in special measures, or in the successor, by what led them.

    `special measures`: back before July 2021. `quality`: these and trusts that entered the successor led by quality;
    its upper end takes in those whose reason was not found. `finance`: trusts led into the successor by finance alone.
    `any`: all of them. A trust counts once, in the order given.
    """
    ours = regime.spells()
    again = set(ours.loc[ours["spell"] == 2, "trust"])
    new = came_back()
    by = {led: set(new.loc[new["led_by"] == led, "trust"]) - again for led in LED}
    quality = again | by["quality"]
    either = quality | by["finance"]
    return {
        "special measures": Bounds(len(again), len(again)),
        "quality": Bounds(len(quality), len(quality | by["not found"])),
        "finance": Bounds(len(by["finance"]), len(by["finance"] | by["not found"])),
        "any": Bounds(len(either | by["not found"]), len(either | by["not found"])),
    }


def changes() -> pd.DataFrame:
    """Return the changes of the regime in order of date: `date`, `change`, `sources`."""
    return data.load("successor_changes").sort_values("date", kind="stable", ignore_index=True)
