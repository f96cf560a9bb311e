"""The indicators and the settings that all of them share: windows, baselines, draws, seed, units."""

from dataclasses import dataclass, fields
from typing import Any, Literal

import pandas as pd

from analysis import data, once
from analysis.data import DataError

SEED = 20260101
DRAWS = 999

# By period of the panel: horizons pooled after entry; length of the year before entry, in which a trust's
# trouble showed and which is left out of the second baseline.
HORIZONS = {"quarter": range(13), "year": range(4)}
YEAR_BEFORE = {"quarter": 4, "year": 1}
BETTER: dict[str, Literal["higher", "lower"] | None] = {
    "higher is better": "higher",
    "lower is better": "lower",
    "neither": None,
}
CHANGE_UNITS = {
    "percent": "points",
    "ratio": "deaths",
    "per day": "per day",
    "per 100 days": "per 100 days",
    "score": "score",
    "minutes": "minutes",
}


# Unit of the record and the one that a reader is told a difference in, where these are not the same.
SHORT = {
    "shmi": "deaths",
    "four_hour_waits": "A&E waits",
    "recommend_work": "staff's view",
}  # in a short sentence
TOLD_IN = {"ratio": "deaths"}
RECORDED_IN = {told: recorded for recorded, told in TOLD_IN.items()}


def told_in(unit: str) -> str:
    """Return the unit in which a reader is told a number that is recorded in `unit`."""
    return TOLD_IN.get(unit, unit)


MEASURES = {
    "percent": "percentage points",
    "ratio": "on the ratio",
    "per day": "a day",
    "per 100 days": "in 100 days",
    "score": "points of ten",
    "minutes": "minutes",
}


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator of the catalogue; its fields are the columns of the table `indicators`, described there.

    title, phrase: its name at the head of a table, and within a sentence. table: where its figures are, in the
    columns `period_field`, `numerator` and `denominator` (None: the figure itself, in the column `name`), times
    `scale`; `complement`: one less the share. types: of trust that it is kept for.
    grain, analysis_grain: period of the table, and of the analysis. main_until: last period of the main analysis.
    """

    name: str
    title: str
    phrase: str
    table: str
    period_field: str
    numerator: str | None
    denominator: str | None
    scale: float
    complement: bool
    unit: str
    direction: str
    grain: str
    analysis_grain: str
    rolling: bool
    exposure: str
    types: tuple[str, ...]
    family: str
    primary: bool
    main_until: str
    definition: str
    breaks: str | None

    @property
    def change_unit(self) -> str:
        """Unit in which a reader is told a difference, as `present.words` knows it; deaths are held as a ratio."""
        return CHANGE_UNITS[self.unit]

    @property
    def recorded_in(self) -> str:
        """Unit in which an edition records a difference: as it is held, so that records of all editions compare."""
        return RECORDED_IN.get(self.change_unit, self.change_unit)

    @property
    def measure(self) -> str:
        """Unit of a difference in words, as it is held."""
        return MEASURES[self.unit]

    @property
    def better(self) -> Literal["higher", "lower"] | None:
        """Which way is better; None when neither is."""
        return BETTER[self.direction]

    @property
    def sign(self) -> int:
        """What turns a figure so that more is better; one where neither direction is."""
        return -1 if self.better == "lower" else 1

    @property
    def heading(self) -> str:
        """Title and direction, as they head a row or a column."""
        return f"{self.title}; {self.direction}"

    @property
    def horizons(self) -> range:
        """Periods after entry that are pooled."""
        return HORIZONS[self.analysis_grain]

    @property
    def year(self) -> int:
        """Periods in a year of the analysis; so many before entry are left out of the second baseline."""
        return YEAR_BEFORE[self.analysis_grain]


@once.shared
def indicator(name: str) -> Indicator:
    """Return an indicator of the catalogue; raise DataError when there is none of that name."""
    catalogue = data.load("indicators").set_index("indicator")
    if name not in catalogue.index:
        allowed = f"one of {list(catalogue.index)}"
        raise DataError("indicators", column="indicator", found=name, allowed=allowed)
    row = {field: None if pd.isna(value) else value for field, value in catalogue.loc[name].items()}
    made: dict[str, Any] = {
        field.name: row[field.name] for field in fields(Indicator) if field.name != "name"
    }
    made |= {"types": tuple(made["types"].split("|")), "scale": float(made["scale"])}
    return Indicator(name, **made)


def indicators(*, primary: bool | None = None) -> list[str]:
    """Return the names of the indicators, in the order of the catalogue: all, or only the (non-)primary."""
    catalogue = data.load("indicators")
    if primary is not None:
        catalogue = catalogue[catalogue["primary"] == primary]
    return catalogue["indicator"].tolist()


def settings(name: str) -> dict[str, Any]:
    """Return the settings of the main analysis of an indicator, as arguments of `effects.imputation`."""
    about = indicator(name)
    return {"group": "type", "leave_out": True, "horizons": about.horizons, "measure": about.measure}


def label(name: str) -> str:
    """Return an indicator's name as it stands within a sentence."""
    return indicator(name).phrase
