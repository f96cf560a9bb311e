"""The trusts that tried other access standards in A&E, and have no four-hour figures meanwhile."""

import pandas as pd

from analysis.ingest import checks
from analysis.ingest.checks import Rows

FLAG = "pilot: no 4-hour figures"

# Field test of other access standards: no four-hour figures, the official files hold zeros.
# RD3 was merged into R0D in October 2020, which then published none either.
CODES = (
    "RC9", "RD3", "R0D", "RDU", "RFR", "RGR", "RGT", "RHU", "RK9", "RNQ", "RQM", "RVW", "RX1", "RXF", "RYJ",
)  # fmt: skip
FROM, TO = "2019-05", "2023-05"


def without(rows: Rows) -> pd.DataFrame:
    """Return the rows with the four-hour figures of CODES missing and flagged; DataError where one has some."""
    pilot = rows["org_code"].isin(CODES) & rows["month"].between(FROM, TO)
    allowed = f"0, the mark for 'not published', for a pilot trust from {FROM} to {TO}"
    checks.refuse(rows, pilot & (rows["over_4h"] > 0), "over_4h", allowed)
    measures = {name: rows[name].mask(pilot) for name in ("over_4h", "over_4h_type1")}
    return rows.frame.assign(**measures, flag=rows["flag"].mask(pilot, FLAG))
