"""Effects of entering and leaving special measures, and what could be mistaken for them."""

from analysis.effects.contrast import Contrast, twfe
from analysis.effects.group_time import event_study
from analysis.effects.impute import imputation
from analysis.effects.kept import GainKept, gain_kept
from analysis.effects.panels import EffectError, NotEstimable
from analysis.effects.results import THIN, Effects, Overall
from analysis.effects.staggered import imputation_estimate, imputation_weights
from analysis.effects.switching import Switching, switchers
from analysis.effects.synthetic import SyntheticEffects, synthetic_did

__all__ = [
    "THIN",
    "Contrast",
    "EffectError",
    "Effects",
    "GainKept",
    "NotEstimable",
    "Overall",
    "Switching",
    "SyntheticEffects",
    "event_study",
    "gain_kept",
    "imputation",
    "imputation_estimate",
    "imputation_weights",
    "switchers",
    "synthetic_did",
    "twfe",
]
