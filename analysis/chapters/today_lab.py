"""After leaving, to today, reopened: any measure, what it is set beside, from when, and which trusts are followed."""

from functools import partial

from analysis.chapters import lab_settings, today_words
from analysis.chapters.lab_settings import ALL, KEOGH, TRUSTS
from analysis.present import blocks, figures
from analysis.study import regime, today
from analysis.study.today import MEAN, MEDIAN


def options() -> lab_settings.Options:
    """Return the settings with the words of each value."""
    peers = {MEAN: "Mean of trusts that never entered", MEDIAN: "Their median"}
    return {
        "INDICATOR": ("Measure", {name: today.about(name).title for name in today.NAMES}),
        "BASELINE": ("Change since", {1: "The last year inside", 2: "The last two years inside"}),
        "COMPARATOR": ("Beside", peers),
        "TRUSTS": ("Trusts", TRUSTS),
    }


controls = partial(lab_settings.controls, options)


def figure(indicator: str, baseline: int, comparator: str, trusts: str) -> figures.Figure | blocks.Block:
    """Return the gaps by era of this choice, or why there are none. Raises ValueError for other values than `options`."""
    lab_settings.checked(options(), (indicator, baseline, comparator, trusts))
    codes = regime.short_names().index.to_series()
    out = () if trusts == ALL else tuple(codes[regime.is_keogh(codes) != (trusts == KEOGH)])
    found = today.followed(indicator, inside=baseline, peers=comparator, left_out=out)
    if found.eras.empty:
        return blocks.sentence(
            f"None of these trusts has figures of {found.about.phrase} since it left. Another setting may give some."
        )
    return today_words.picture(found, name=f"followed-{indicator.replace('_', '-')}")


show = partial(lab_settings.shown, figure)
