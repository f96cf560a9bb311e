"""Description of `data/planted_truth.csv`, which `python -m analysis simulate` writes."""

from __future__ import annotations

from typing import Any

SCENARIOS = ("none", "constant", "growing", "bad draw", "bad draw, constant")


def _field(name: str, description: str, *, kind: str = "string", **limits: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "description": description, "constraints": limits}


def _number(
    name: str, description: str, *, unit: str = "that of the indicator", **limits: Any
) -> dict[str, Any]:
    return {**_field(name, description, kind="number", **limits), "unit": unit}


def _share(name: str, description: str, **limits: Any) -> dict[str, Any]:
    return _number(name, description, unit="share of the panels drawn", minimum=0, maximum=1, **limits)


PLANTED: dict[str, Any] = {
    "name": "planted_truth",
    "path": "planted_truth.csv",
    "title": "Planted truth: known effects in simulated panels, and what each method makes of them",
    "status": "assumption",
    "publisher": "simulated for this report",
    "publication": "output of `python -m analysis simulate`; the page is that of the estimator examined",
    "page": "https://doi.org/10.1093/restud/rdae007",
    "licence": "CC BY 4.0",
    "obtained": "simulated from a fixed seed by the analysis module of this report (make simulate)",
    "description": (
        "Simulated, not observed. One row an indicator, scenario and method, over panels with the trusts, "
        "gaps and entry dates of the real one. Values are period mean + lasting level of the trust + fading "
        "movement (autoregressive) + noise, all normal, sizes learnt from trusts that never entered (variogram "
        "of the first 12 quarters or 5 years). Scenarios: none; constant: half a standard deviation of a "
        "trust's values about its level, for the better; growing: to twice that over three years, differing "
        "between trusts by half its size; bad draw: real dates given to trusts with odds that rise by a factor "
        "of e with each standard deviation by which their passing part was bad in the year before, which leaves "
        "entrants about one worse. Intervals of imputation are those of the main analysis (spread of the "
        "other trusts, normal limits) or with t limits; placebo dates counts p below 0.05. Not in it: trusts that "
        "differ in how much they vary, and effects on when a trust leaves the panel."
    ),
    "breaks": [],
    "period": None,
    "schema": {
        "fields": [
            _field("indicator", "Short name of the indicator whose panel was copied.", required=True),
            _field("scenario", "What was planted.", required=True, enum=list(SCENARIOS)),
            _field("method", "How the panels were analysed.", required=True),
            {
                **_field("simulations", "Panels drawn.", kind="integer", required=True, minimum=1),
                "unit": "panels",
            },
            _number("trusts", "Mean number of trusts that entered and count.", unit="trusts", minimum=0),
            _number("true_effect", "Mean effect planted, over what is pooled.", required=True),
            _number("estimate", "Mean estimate; blank for rules and tests."),
            _number("bias", "Mean estimate less truth."),
            _number("sd", "Standard deviation of estimate less truth between panels.", minimum=0),
            _number("se", "Mean standard error reported.", minimum=0),
            _share("coverage", "95% intervals that held the truth."),
            _share("coverage_error", "Monte Carlo standard error of coverage."),
            _share("improvement", "Read as a clear improvement.", required=True),
            _share("improvement_error", "Monte Carlo standard error of improvement.", required=True),
            _share("worsening", "Read as a clear worsening.", required=True),
        ],
        "primaryKey": ["indicator", "scenario", "method"],
        "foreignKeys": [
            {
                "fields": ["indicator"],
                "reference": {"resource": "indicators", "fields": ["indicator"]},
            }
        ],
        "missingValues": [""],
    },
}
