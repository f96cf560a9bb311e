"""Read overnight beds by provider that were collected from the official workbooks of single quarters, 2024 on."""

import re
from itertools import product
from pathlib import Path

import pandas as pd

from analysis.ingest import checks, descriptions, files
from analysis.ingest.history.kh03_compiled import CATEGORIES, DECIMALS, MEASURES, OVERFULL

FILE = r"kh03_overnight_(20\d\d-\d\d)_(20\d\d-\d\d)\.csv"
WITHIN = 0.5  # beds: the collected figures are rounded to a hundredth, a sum over providers to more


def is_one(path: Path) -> bool:
    """Tell whether a file is a collected one, by its name."""
    return re.fullmatch(FILE, path.name) is not None


def read(path: Path) -> dict[str, pd.DataFrame]:
    """Return the rows of `beds_overnight` and `beds_england` (overnight alone) of a collected file.

    Raises DataError for other headings, a quarter outside the file's name, a provider twice, categories that do
    not add up, more beds occupied than available, or providers that do not sum to England.
    """
    fits = re.fullmatch(FILE, path.name)
    assert fits is not None
    kinds = product(CATEGORIES.items(), MEASURES)
    columns = {f"{old}_on_beds_{what}": f"{new}_{what}" for (old, new), what in kinds}
    named = ["quarter_end", "fin_year", "period_end", "region", "org_code", "org_name"]
    rows = files.read_csv(path, [*named, *columns], others=[])
    quarter = checks.month(rows, "quarter_end", first=fits[1], last=fits[2])
    checks.unique(rows, ["org_code", "quarter_end"])
    beds = checks.numbers(rows, columns, required=True).rename(columns=columns)
    found = rows.plus(**beds)
    for what in MEASURES:
        parts = [f"{name}_{what}" for name in CATEGORIES.values() if name != "total"]
        checks.equal(found, f"total_{what}", beds[f"total_{what}"], beds[parts].sum(axis=1), within=WITHIN)
    for name in CATEGORIES.values():
        over = (beds[f"{name}_occupied"] > beds[f"{name}_available"]) & (name != OVERFULL)
        checks.refuse(found, over, f"{name}_occupied", f"no more than {name}_available")
    national = rows["org_name"] == "England"
    code = checks.code(rows.only(~national), "org_code")
    held = beds.round(DECIMALS).assign(quarter_end=quarter)
    sums, total = held[~national].groupby("quarter_end").sum(), held[national].set_index("quarter_end")
    for name in columns.values():
        told = {"place": path.name, "column": name, "against": "the England row"}
        checks.agrees(sums[name], total[name], **told, tolerance=WITHIN)
    providers = descriptions.tidy(held[~national].assign(org_code=code), "beds_overnight")
    england = held[national].set_index("quarter_end").add_prefix("overnight_").reset_index()
    fields = [name for name in descriptions.fields("beds_england") if name in england]
    return {"beds_overnight": providers, "beds_england": england[fields]}
