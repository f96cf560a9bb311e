"""Numbers on record that a fault of ours made: the fault is named wherever they are compared."""

import pandas as pd

from analysis.edition.cause import DATA_STATES
from analysis.edition.compare import apart

INTERVAL_BY_PROCESSOR = (
    "correction of method: the interval in edition {number} hung on the processor that drew it"
)
KNOWN = {
    ("2026.1", "cost_spending_per_spell"): INTERVAL_BY_PROCESSOR,
    ("2026.1", "cost_staff_time_per_spell"): INTERVAL_BY_PROCESSOR,
}


def named(number: str, moved: pd.DataFrame, causes: pd.DataFrame) -> pd.DataFrame:
    """Return causes with the known faults of an edition's intervals in the place of what was found by steps.

    number: of the edition compared with. moved: as `compare.moved` returns it. causes: one row a key, at
    least `key` and `cause`. Recomputing cannot find such a fault: where the old code gives the interval on record again,
    it looks like any change of method, and elsewhere like one of libraries. What moved beside the interval keeps its cause.
    """
    values = moved.set_index("key")[["old", "new"]].astype(float)
    said = []
    for key, cause in zip(causes["key"], causes["cause"], strict=True):
        fault = KNOWN.get((number, key))
        steps = str(cause).split(" and ") if cause else []
        if fault and not apart(values.loc[key, "old"], values.loc[key, "new"]):
            steps = [step for step in steps if step in DATA_STATES]
        said.append(" and ".join([fault.format(number=number), *steps]) if fault else cause)
    return causes.assign(cause=pd.Series(said, index=causes.index, dtype="object"))
