"""How far the two readers of the public record agree, and how their differences were settled."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis import data
from analysis.methods.coding.agreement import Agreement, agreement
from analysis.methods.coding.agreement_themes import ThemeAgreement, by_theme, disagreements
from analysis.present import words
from analysis.study import indicators

PARTS = {"theme": "main theme", "second_theme": "second theme", "direction": "direction"}
NONE = "none"  # a reader set no second theme, which is a reading too
DRAWS = 2000
RARE = 10  # codings of a theme by both readers together; with fewer, agreement on it says little
DIRECTIONS = {"+": "helps", "-": "hinders", "0": "neutral or mixed"}


@dataclass(frozen=True, slots=True)
class Coding:
    """Agreement of the two readers. parts: by key of PARTS; themes: on the main theme, one theme against the rest.

    differences: one row a statement and part on which they differ: `id`, `part`, the readers, `settled`, `how`, `reason`.
    """

    parts: dict[str, Agreement]
    themes: ThemeAgreement
    differences: pd.DataFrame

    def answer(self) -> str:
        """The opening of the page: agreement on the main theme with its interval, and where it is least."""
        main, second = self.parts["theme"], self.parts["second_theme"]
        return (
            f"Two automated readers gave the same main theme to {main.observed:.0%} of {main.pairable} statements "
            f"(Krippendorff's alpha {_with_interval(main)}), and agreed less on a second theme ({_with_interval(second)})."
        )

    def rare(self) -> list[str]:
        """Return codes of themes that were used less than RARE times by both together."""
        frame = self.themes.frame
        return frame.loc[frame["codings"] < RARE, "theme"].tolist()


def coding() -> Coding:
    """Work out agreement from the tables of codings and of the adjudicated coding."""
    codings = data.load("evidence_codings")
    agreed = data.load("evidence_agreed")
    themes = data.load("evidence_codebook")["code"].tolist()
    return agreement_of(codings, agreed=agreed, themes=themes, rng=np.random.default_rng(indicators.SEED))


def agreement_of(
    codings: pd.DataFrame,
    *,
    agreed: pd.DataFrame,
    themes: list[str],
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> Coding:
    """Return agreement on each part and theme, and the differences.

    codings: `id`, `coder`, and the keys of PARTS, one row a statement and reader. agreed: `id`, the same parts, `how`,
    `reason`. A second theme that was not set counts as the reading NONE.
    """
    filled, ends = (
        frame.assign(second_theme=frame["second_theme"].fillna(NONE)) for frame in (codings, agreed)
    )
    parts, differences = {}, []
    for part in PARTS:
        parts[part] = agreement(filled, unit="id", code=part, rng=rng, draws=draws)
        settled = ends[["id", part, "how", "reason"]].set_axis(["unit", "settled", "how", "reason"], axis=1)
        rows = disagreements(filled, unit="id", code=part, settled=settled)
        differences.append(rows.rename(columns={"unit": "id"}).assign(part=part))
    listed = pd.concat(differences, ignore_index=True).sort_values(["id", "part"], ignore_index=True)
    return Coding(
        parts, by_theme(codings, unit="id", code="theme", themes=themes, rng=rng, draws=draws), listed
    )


def parts_for_readers(found: Coding) -> pd.DataFrame:
    """Return one row a part as texts: statements, share coded alike, alpha with interval."""
    rows = [
        [
            PARTS[part].capitalize(),
            words.number(one.pairable),
            words.number(100 * one.observed, "percent"),
            _with_interval(one),
        ]
        for part, one in found.parts.items()
    ]
    return pd.DataFrame(rows, columns=["What was coded", "Statements", "Coded alike", "Krippendorff's alpha"])


def themes_for_readers(found: Coding, names: pd.Series) -> pd.DataFrame:
    """Return one row a theme as texts, most used first. names: of themes by code."""
    rows = [
        [
            f"{row.theme} {names[row.theme]}",
            words.number(100 * row.prevalence, "percent"),
            words.number(row.both),
            words.number(row.one),
            words.number(100 * row.positive_agreement, "percent", digits=0),
            _alpha(row),
        ]
        for row in found.themes.frame.sort_values("codings", ascending=False, kind="stable").itertuples()
    ]
    columns = [
        "Theme",
        "Share of codings",
        "Both readers",
        "One reader",
        "Agreement when used",
        "Krippendorff's alpha",
    ]
    return pd.DataFrame(rows, columns=columns)


def differences_for_readers(found: Coding) -> pd.DataFrame:
    """Return the differences as texts, one row a statement and part."""
    shown = found.differences.copy()
    direction = shown["part"] == "direction"
    for name in ("A", "B", "settled"):
        shown[name] = shown[name].where(~direction, shown[name].map(DIRECTIONS))
    return pd.DataFrame(
        {
            "Statement": shown["id"],
            "What": shown["part"].map(PARTS),
            "Reader A": shown["A"],
            "Reader B": shown["B"],
            "Settled as": shown["settled"],
            "Why": shown["reason"].fillna("no reason written down"),
        }
    )


def differences_sentence(found: Coding) -> str:
    """How many statements and parts differ, and how often neither reading was kept."""
    frame = found.differences
    neither = int(((frame["settled"] != frame["A"]) & (frame["settled"] != frame["B"])).sum())
    counts = frame["part"].value_counts()
    told = words.join([f"{counts.get(part, 0)} on the {name}" for part, name in PARTS.items()])
    return (
        f"The readers differ on {frame['id'].nunique()} statements: {told}. "
        f"In {neither} of these {len(frame)} differences the coding kept is neither of the two."
    )


def _with_interval(one: Agreement) -> str:
    return words.estimate(one.value, one.lower, one.upper, "ratio", digits=2)


def _alpha(row: object) -> str:
    value, lower, upper, reason = (getattr(row, name) for name in ("alpha", "lower", "upper", "reason"))
    if pd.isna(value):
        return f"undefined: {reason}"
    if reason.startswith("all resamples"):
        return f"{words.number(value, 'ratio', digits=2)} (no interval: no difference was seen)"
    return words.estimate(value, lower, upper, "ratio", digits=2)
