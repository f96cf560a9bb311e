"""Score the ORIC staff survey of readiness for change; an organisation has a score only where its staff agree."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.methods import curves
from analysis.methods.coding.reliability import (
    GroupReliability,
    ReadinessError,
    WithinGroup,
    cronbach,
    group_reliability,
    within_group,
)

SCALES = {"commitment": (2, 4, 6, 9, 11), "efficacy": (1, 3, 5, 7, 8, 10, 12)}  # item numbers as published
ITEMS = {number: f"oric_{number}" for number in range(1, 13)}  # usual column of each item
POINTS = 5  # 1 disagree to 5 agree; no item is reversed
ANSWERED = 0.8  # share of a scale's items needed: four of five, six of seven; ours, the authors name no rule
RWG = 0.70  # usual floor of agreement within a group (LeBreton and Senter 2008)
ICC1 = 0.05  # a small to middling share of variance between groups (LeBreton and Senter 2008)
ICC2 = 0.70  # usual floor of the reliability of group means
AGAINST = 0.999  # confidence that an item runs against the rest of its scale before it is refused


@dataclass(frozen=True, slots=True, repr=False)
class Readiness:
    """ORIC scored, 1 (low) to 5 (high readiness). Prints as counts only, as answers are confidential.

    people: one row a respondent: `respondent`, `organisation`, `commitment`, `efficacy` (mean of the answered
        items; NaN where too few were answered), `answered` (items of 12).
    organisations: one row an organisation and `scale`: `respondents`, `scored`, `mean`, `sd`, `lower`, `upper`
        (t interval over respondents, level `confidence`), `rwg`, `supported` (bool), `score` (the mean where
        supported, else NaN) and `reason` where not.
    scales: one row a scale: `items`, `alpha` (Cronbach, complete respondents), `respondents`, `icc1`, `icc2`,
        `f`, `p`, `organisations`, `reason`.
    rule: when an organisation has a score, in words.
    """

    people: pd.DataFrame
    organisations: pd.DataFrame
    scales: pd.DataFrame
    rule: str
    confidence: float

    def __repr__(self) -> str:
        return f"Readiness({self.sentence()})"

    def sentence(self) -> str:
        """Respondents, organisations, how many have a score on each scale, and the rule."""
        parts = []
        for scale in SCALES:
            rows = self.organisations[self.organisations["scale"] == scale]
            about = self.scales.set_index("scale").loc[scale]
            alpha = "undefined" if np.isnan(about["alpha"]) else f"{about['alpha']:.2f}"
            parts.append(
                f"change {scale}: {int(rows['supported'].sum())} of {len(rows)} organisations have a score "
                f"(Cronbach's alpha {alpha})"
            )
        left = int(self.people[list(SCALES)].isna().any(axis=1).sum())
        missing = f" {left:,} answered too few items of a scale." if left else ""
        return f"{len(self.people):,} respondents. {'; '.join(parts)}.{missing} {self.rule}"


def score(
    answers: pd.DataFrame,
    *,
    respondent: str = "respondent",
    organisation: str = "organisation",
    items: Mapping[int, str] | None = None,
    answered: float = ANSWERED,
    rwg: float = RWG,
    icc1: float = ICC1,
    icc2: float = ICC2,
    confidence: float = 0.95,
) -> Readiness:
    """Score ORIC: people first, organisations only where agreement supports it.

    answers: one row a respondent; columns named by `respondent`, `organisation`, and one a item, named by `items`
        (item number 1 to 12 to column; None = ITEMS). Answers are 1 to 5, missing = not answered.
    answered: least share of a scale's items for a person's score, which is the mean of the answered items.
    rwg, icc1, icc2: an organisation has a score on a scale when r_wg(j) of its complete respondents is at least
        `rwg`, and over all organisations ICC(1) is at least `icc1` and ICC(2) at least `icc2`. Undefined
        is not enough, so a single organisation never has a score: its people do.
    The valence, task and resource questions around ORIC are not scored. High is readier.

    Raises ReadinessError for a missing column or item, a missing or repeated respondent, a missing organisation,
    an answer that is not 1, 2, 3, 4 or 5, and an item that clearly runs against the rest of its scale (it looks reversed;
    ORIC has no reversed item). All items reversed together cannot be noticed.
    Method: Shea and others 2014, Implementation Science 9:7; agreement as in `reliability`.
    """
    for name, value in {
        "answered": answered,
        "rwg": rwg,
        "icc1": icc1,
        "icc2": icc2,
        "confidence": confidence,
    }.items():
        if (
            not isinstance(value, (int, float))
            or not 0 <= value <= 1
            or (name == "confidence" and value in (0, 1))
        ):
            raise ReadinessError(f"{name}={value!r}. Allowed: a number between 0 and 1.")
    if items is not None and not isinstance(items, Mapping):
        raise ReadinessError(f"items is {type(items).__name__}. Allowed: item number to column.")
    names = dict(ITEMS) if items is None else dict(items)
    table = _checked(answers, respondent, organisation, names)
    people = table[["respondent", "organisation"]].copy()
    rule = (
        f"An organisation has a score where r_wg(j) is at least {rwg:.2f} and, over all organisations, ICC(1) is at "
        f"least {icc1:.2f} and ICC(2) at least {icc2:.2f}."
    )
    organisations, scales = [], []
    for scale, numbers in SCALES.items():
        part = table[list(numbers)]
        _check_direction(part, names)
        enough = part.notna().sum(axis=1) >= answered * len(numbers) - 1e-9
        people[scale] = part.mean(axis=1).where(enough)
        inner, between = cronbach(part), group_reliability(people[scale], people["organisation"])
        scales.append(
            {
                "scale": scale,
                "items": len(numbers),
                "alpha": inner.alpha,
                "respondents": inner.respondents,
                "icc1": between.icc1,
                "icc2": between.icc2,
                "f": between.f,
                "p": between.p,
                "organisations": between.groups,
                "reason": "; ".join(filter(None, (inner.reason, between.reason))),
            }
        )
        floors = (rwg, icc1, icc2)
        for name, rows in people.groupby("organisation", sort=True):
            alike = within_group(part.loc[rows.index], points=POINTS)
            organisations.append(
                {"organisation": name, "scale": scale}
                | _organisation(rows[scale], alike, between, floors, confidence)
            )
    people["answered"] = table[list(names)].notna().sum(axis=1)
    frame = pd.DataFrame(organisations).sort_values(["organisation", "scale"], ignore_index=True)
    return Readiness(people, frame, pd.DataFrame(scales), rule, confidence)


def _organisation(
    values: pd.Series,
    alike: WithinGroup,
    between: GroupReliability,
    floors: tuple[float, float, float],
    confidence: float,
) -> dict:
    held = values.dropna()
    mean, sd = held.mean(), held.std(ddof=1)
    half = (
        curves.t_quantile((1 + confidence) / 2, len(held) - 1) * sd / np.sqrt(len(held))
        if len(held) > 1
        else np.nan
    )
    checks = zip(
        ("r_wg(j)", "ICC(1)", "ICC(2)"), (alike.value, between.icc1, between.icc2), floors, strict=True
    )
    short = [
        f"{label} is {'undefined' if np.isnan(value) else f'{value:.2f}'}, below {floor:.2f}"
        if not np.isnan(value)
        else f"{label} is undefined"
        for label, value, floor in checks
        if not value >= floor
    ]
    supported = not short and len(held) > 0
    return {
        "respondents": len(values),
        "scored": len(held),
        "mean": mean,
        "sd": sd,
        "lower": mean - half,
        "upper": mean + half,
        "rwg": alike.value,
        "supported": supported,
        "score": mean if supported else np.nan,
        "reason": "; ".join(short),
    }


def _checked(
    answers: pd.DataFrame, respondent: str, organisation: str, names: dict[int, str]
) -> pd.DataFrame:
    """Return `respondent`, `organisation` and items by number as floats."""
    if sorted(names) != sorted(ITEMS):
        raise ReadinessError(f"items {sorted(names)}. Allowed: the numbers 1 to 12, each once.")
    if not isinstance(answers, pd.DataFrame) or answers.columns.has_duplicates:
        found = list(answers.columns) if isinstance(answers, pd.DataFrame) else type(answers).__name__
        raise ReadinessError(f"answers: found {found}. Allowed: a frame that has each column once.")
    absent = [name for name in (respondent, organisation, *names.values()) if name not in answers]
    if absent:
        raise ReadinessError(f"columns {absent} are not there. Found: {list(answers.columns)}.")
    if not len(answers):
        raise ReadinessError("found no respondents. Allowed: at least one.")
    who = answers[respondent]
    if who.isna().any() or who.duplicated().any():
        row = int(np.flatnonzero(who.isna() | who.duplicated())[0]) + 1
        raise ReadinessError(
            f"row {row}: respondent {who.iloc[row - 1]!r} is missing or there twice. Allowed: once."
        )
    unnamed = answers[organisation].isna() | (answers[organisation].astype(str).str.strip() == "")
    if unnamed.any():
        row = int(np.flatnonzero(unnamed)[0]) + 1
        raise ReadinessError(f"row {row}: no organisation. Allowed: one a respondent.")
    table = pd.DataFrame({"respondent": who.array, "organisation": answers[organisation].array})
    for number, name in names.items():
        table[number] = _answers(answers[name], name, table["respondent"])
    return table


def _answers(column: pd.Series, name: str, who: pd.Series) -> np.ndarray:
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    missing = column.isna().to_numpy()
    wrong = ~missing & ~np.isin(numbers, np.arange(1, POINTS + 1))
    if pd.api.types.is_bool_dtype(column):
        wrong = ~missing
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise ReadinessError(
            f"respondent {who.iloc[row]!r}, item '{name}': found {column.iloc[row]!r}. Allowed: 1 to {POINTS}, or missing."
        )
    return numbers


def _check_direction(part: pd.DataFrame, names: dict[int, str]) -> None:
    full = part.dropna()
    if len(full) < 10:
        return  # too few to tell
    for number in part.columns:
        rest = full.drop(columns=number).sum(axis=1)
        if full[number].nunique() < 2 or rest.nunique() < 2:
            continue
        r = float(np.corrcoef(full[number], rest)[0, 1])
        upper = np.tanh(
            np.arctanh(np.clip(r, -0.999999, 0.999999))
            + curves.normal_quantile(AGAINST) / np.sqrt(len(full) - 3)
        )
        if upper < 0:
            raise ReadinessError(
                f"item '{names[number]}': runs against the rest of its scale (correlation {r:.2f}, "
                f"{len(full)} respondents), so it looks reversed. Allowed: 5 is always agreement."
            )
