"""Agreement theme by theme, and the units on which coders differ."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.methods import arguments
from analysis.methods.coding import coder_grid
from analysis.methods.coding.agreement import DRAWS, agreement
from analysis.methods.coding.agreement_measures import AgreementError

THEME_COLUMNS = (
    "theme",
    "codings",
    "prevalence",
    "both",
    "one",
    "positive_agreement",
    "alpha",
    "lower",
    "upper",
    "reason",
)


@dataclass(frozen=True, slots=True)
class ThemeAgreement:
    """Agreement on each theme against all others.

    frame: one row a theme, columns THEME_COLUMNS: `codings` that gave the theme, `prevalence` their share of all
        codings, `both`: units that all their coders gave the theme, `one`: units that some but not all did,
        `positive_agreement`: of the codings with the theme in comparable units, the share that another coder of
        the unit shares (specific agreement), NaN if nobody used it; `alpha`, `lower`, `upper`, `reason` as in
        `agreement.Agreement`.
    units: units that two or more coders read. once: units read by one coder, left out of agreement but counted in
        `codings`. coders: number of coders.
    """

    frame: pd.DataFrame
    units: int
    once: int
    coders: int

    def sentence(self) -> str:
        """Range of alpha over themes, and the themes without one."""
        held = self.frame.dropna(subset="alpha").sort_values("alpha", kind="stable")
        bare = list(self.frame.loc[self.frame["alpha"].isna(), "theme"])
        text = f"Over {self.units:,} units of {self.coders} coders no theme has a defined alpha"
        if len(held):
            low, high = held.iloc[0], held.iloc[-1]
            text = (
                f"Over {self.units:,} units of {self.coders} coders alpha by theme runs from {low['alpha']:z.2f} "
                f"({low['theme']}, {low['prevalence']:.1%} of codings) to {high['alpha']:.2f} "
                f"({high['theme']}, {high['prevalence']:.1%} of codings)"
            )
        undefined = f"; undefined for {', '.join(map(str, bare))}" if bare and len(held) else ""
        return f"{text}{undefined}."


def by_theme(
    codings: Any,
    *,
    themes: Sequence[Any] | None = None,
    unit: str = "unit",
    coder: str = "coder",
    code: str = "code",
    coders: str = "rows",
    rng: np.random.Generator | None = None,
    draws: int = DRAWS,
    confidence: float = 0.95,
) -> ThemeAgreement:
    """Return agreement on each theme, one against the rest, with its prevalence.

    codings: as for `agreement.agreement`; in a long frame a coder may give a unit several codes (several
        rows), and a row without code says that the coder read the unit and gave it none.
        In a wide one, and where a coder has no row for a unit, the coder did not read it.
    themes: all themes in the order wanted, so that unused ones are shown; None = those found, sorted.
    rng, draws, confidence: as for `agreement.agreement`; the units drawn are drawn anew for each theme.
    Agreement is undefined (NaN with a reason) for a theme that nobody, or everybody always, used.

    Raises AgreementError as `agreement.agreement`, and for a code that is not among `themes`.
    Method: specific agreement of Cicchetti and Feinstein 1990, over pairs of coders.
    """
    if themes is not None and (isinstance(themes, str) or not isinstance(themes, Iterable)):
        raise AgreementError(f"themes is {arguments.shown(themes)}. Allowed: a list of all themes, or None.")
    frame = _rows(codings, unit, coder, code, coders)
    found = list(dict.fromkeys(frame["code"].dropna()))
    names = (
        sorted(found, key=lambda value: (isinstance(value, str), value))
        if themes is None
        else coder_grid.normal([coder_grid.scalar(value, "themes") for value in themes], known=found)
    )
    if len(set(names)) < len(names):
        raise AgreementError(f"themes {names} name one twice. Allowed: each once.")
    outside = [value for value in found if value not in names]
    if outside:
        raise AgreementError(f"found theme {arguments.shown(outside[0])}. Allowed: {names}.")
    read = frame.drop_duplicates(["unit", "coder"])
    sizes = read.groupby("unit", sort=False).size()
    given = frame.dropna(subset="code").drop_duplicates()
    total = len(given)
    rows = []
    for name in names:
        has = read.merge(
            given[given["code"] == name][["unit", "coder"]], on=["unit", "coder"], how="left", indicator=True
        )
        has = has.assign(code=(has["_merge"] == "both").astype(int))
        result = agreement(
            has[["unit", "coder", "code"]], rng=rng, draws=draws, confidence=confidence, order=[0, 1]
        )
        number = has.groupby("unit", sort=False)["code"].sum()
        pairable = sizes >= 2
        shared = (number * (number - 1) / (sizes - 1).where(pairable))[pairable].sum()
        used = number[pairable].sum()
        rows.append(
            {
                "theme": name,
                "codings": int(number.sum()),
                "prevalence": number.sum() / total if total else np.nan,
                "both": int((pairable & (number == sizes)).sum()),
                "one": int((pairable & (number > 0) & (number < sizes)).sum()),
                "positive_agreement": shared / used if used else np.nan,
                "alpha": result.value,
                "lower": result.lower,
                "upper": result.upper,
                "reason": _reason(result.reason, number, sizes),
            }
        )
    return ThemeAgreement(
        frame=pd.DataFrame(rows, columns=list(THEME_COLUMNS)),
        units=int((sizes >= 2).sum()),
        once=int((sizes == 1).sum()),
        coders=frame["coder"].nunique(),
    )


def disagreements(
    codings: Any,
    *,
    settled: pd.DataFrame | None = None,
    unit: str = "unit",
    coder: str = "coder",
    code: str = "code",
    coders: str = "rows",
) -> pd.DataFrame:
    """Return the units on which coders gave different codes, one row a unit, in the order of `codings`.

    codings: as for `agreement.agreement`; a unit read by one coder only is no disagreement.
    settled: how each was settled: column `unit` (or the name given as `unit`) and `settled` (the code kept),
        and any others (`how`, `reason`), carried along; None = not settled.
    Returns `unit`, a column a coder (missing = not coded), and the columns of `settled`; `settled` is missing
    where a disagreement was not settled.

    Raises AgreementError as `agreement.agreement`, and for a unit settled twice.
    """
    cells = coder_grid.grid(codings, unit=unit, coder=coder, code=code, coders=coders)
    differs = [
        name for name in cells.columns if len({value for value in cells[name] if value is not None}) > 1
    ]
    frame = cells[differs].T.rename_axis(index="unit", columns=None).reset_index()
    if settled is None:
        return frame.assign(settled=None)
    if not isinstance(settled, pd.DataFrame):
        raise AgreementError(f"settled is {type(settled).__name__}. Allowed: a frame.")
    key = unit if unit in settled else "unit"
    if key not in settled or "settled" not in settled or settled.columns.has_duplicates:
        raise AgreementError(
            f"settled: found {list(settled.columns)}. Allowed: {arguments.shown(key)}, 'settled' and others, each once."
        )
    ends = settled.rename(columns={key: "unit"})
    ends = ends.assign(unit=coder_grid.labels(ends["unit"], "unit"))
    if ends["unit"].duplicated().any():
        raise AgreementError(
            f"unit {ends.loc[ends['unit'].duplicated(), 'unit'].iloc[0]!r} is settled twice."
        )
    clash = [name for name in ends.columns if name != "unit" and name in frame]
    if clash:
        raise AgreementError(
            f"settled: column {arguments.shown(clash[0])} is the name of a coder. Allowed: another name."
        )
    return frame.merge(ends, on="unit", how="left")


def _rows(codings: Any, unit: str, coder: str, code: str, coders: str) -> pd.DataFrame:
    coder_grid.headings(unit, coder, code)
    if isinstance(codings, pd.DataFrame) and {unit, coder, code} <= set(codings.columns):
        return coder_grid.long(codings, unit=unit, coder=coder, code=code)
    cells = coder_grid.grid(codings, unit=unit, coder=coder, code=code, coders=coders)
    rows = [
        (name, who, value)
        for who, row in cells.iterrows()
        for name, value in row.items()
        if value is not None
    ]
    return pd.DataFrame(rows, columns=list(coder_grid.COLUMNS)).astype({"code": object})


def _reason(reason: str, number: pd.Series, sizes: pd.Series) -> str:
    if not reason.startswith("all codings"):
        return reason
    held = number[sizes >= 2]
    return "nobody used it in units that can be compared" if not held.sum() else "every coding has it"
