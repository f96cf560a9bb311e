"""Draws give equal results in one process, in workers and on a local cluster: the backend is only a setting."""

import numpy as np
import pytest
from joblib import parallel_config

from analysis import regime
from analysis.effects.placebo import placebo_dates


def dealt(**setting):
    with parallel_config(**setting):
        return placebo_dates(regime.panel("shmi"), draws=120, rng=np.random.default_rng(4), last_horizon=3)


@pytest.mark.slow
def test_a_local_cluster_gives_the_numbers_of_one_process():
    import distributed

    alone = dealt(backend="threading", n_jobs=1)
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster),
    ):
        spread = dealt(backend="dask")
    np.testing.assert_array_equal(alone.null, spread.null)
    assert alone.p_two_sided == spread.p_two_sided


def test_workers_give_the_numbers_of_one_process():
    np.testing.assert_array_equal(
        dealt(backend="threading", n_jobs=1).null, dealt(backend="threading", n_jobs=2).null
    )
