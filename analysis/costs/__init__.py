"""Costs and consequences of the support: arithmetic, parameters, draws, scenarios."""

from analysis.costs.distributions import Distribution, beta, fixed, from_range, gamma, lognormal, pert
from analysis.costs.items import Costed, by_bearer, cost_spells, transfers
from analysis.costs.prices import (
    CostError,
    annuity_factor,
    discount,
    discounted_months,
    equivalent_annual_cost,
    index,
    inflate,
    inflate_by_index,
    inflate_by_rates,
    present_value,
    price,
)
from analysis.costs.reader import Own, scenario
from analysis.costs.sensitivity import Threshold, Tornado, threshold, tornado
from analysis.costs.simulation import Simulated, joint_draws, psa, shares

__all__ = [
    "CostError",
    "Costed",
    "Distribution",
    "Own",
    "Simulated",
    "Threshold",
    "Tornado",
    "annuity_factor",
    "beta",
    "by_bearer",
    "cost_spells",
    "discount",
    "discounted_months",
    "equivalent_annual_cost",
    "fixed",
    "from_range",
    "gamma",
    "index",
    "inflate",
    "inflate_by_index",
    "inflate_by_rates",
    "joint_draws",
    "lognormal",
    "pert",
    "present_value",
    "price",
    "psa",
    "scenario",
    "shares",
    "threshold",
    "tornado",
    "transfers",
]
