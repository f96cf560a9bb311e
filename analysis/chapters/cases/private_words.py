"""Confidential material that passed disclosure control, as tables for a page."""

import pandas as pd

from analysis.present import links, words
from analysis.present.blocks import Block, together
from analysis.study.evidence.private import ForPages


def shown(pages: ForPages) -> Block:
    """Return what is there and what is missing as a table, and below it each part that is there."""
    parts = pages.status.frame
    there = parts["files"].map(lambda number: "yes" if number else "no")
    material = pd.DataFrame({"Material": parts["what"], "There": there, "How to add it": parts["form"]})
    frames: list[tuple[str, pd.DataFrame, tuple[str, ...]]] = [("The study's own material", material, ())]
    if pages.profiles is not None:
        frames.append(("What is told of each site", pages.profiles.rename(columns=str.capitalize), ()))
    if pages.interviews is not None:
        table = pages.interviews.reset_index().astype(str)
        frames.append(("Interviews in which each code was used", table, tuple(table.columns[1:])))
    if pages.themes is not None:
        caption = "Agreement of the coders of the interviews, by code"
        frames.append((caption, _themes(pages.themes), ("Alpha",)))
    if pages.readiness is not None:
        caption = "Readiness for change, from the staff survey"
        frames.append((caption, _readiness(pages.readiness), ("Score",)))
    if pages.quotes is not None:
        frames.append(("Excerpts", pages.quotes.rename(columns=str.capitalize), ()))
    return together([links.linked(table, caption=name, numbers=numbers) for name, table, numbers in frames])


def _themes(frame: pd.DataFrame) -> pd.DataFrame:
    alphas = [words.number(alpha, "ratio") if pd.notna(alpha) else "undefined" for alpha in frame["alpha"]]
    return pd.DataFrame({"Code": frame["theme"], "Alpha": alphas})


def _readiness(frame: pd.DataFrame) -> pd.DataFrame:
    told = {
        "Site": frame["site"],
        "Scale": "change " + frame["scale"],
        "Respondents": frame["respondents"].astype(str),
        "Score": [words.estimate(row.score, row.lower, row.upper, "score") for row in frame.itertuples()],
        "Why not": frame["why"].replace("", "none"),
    }
    return pd.DataFrame(told)
