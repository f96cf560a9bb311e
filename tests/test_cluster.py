"""Draws give equal results in one process, in workers and on a local cluster: the backend is only a setting."""

import numpy as np
import pytest
from joblib import parallel_config

from analysis.methods.effects import impute
from analysis.methods.effects.placebo import placebo_dates
from analysis.study import indicators, regime
from tests import bench

DRAWS = 120  # three parcels of work, the last one smaller


@pytest.fixture(scope="module")
def panel():
    return regime.panel("shmi")


def dealt(panel, seed=4, n_jobs=None):
    return placebo_dates(panel, draws=DRAWS, rng=np.random.default_rng(seed), last_horizon=3, n_jobs=n_jobs)


def redrawn(panel, n_jobs=1):
    rng = np.random.default_rng(4)
    return impute.imputation(panel, **indicators.settings("shmi"), draws=DRAWS, rng=rng, n_jobs=n_jobs)


@pytest.fixture(scope="module")
def alone(panel):
    """In this process, nothing configured."""
    return dealt(panel), redrawn(panel)


def assert_equal(found, alone):
    (dates, trusts), (dates_alone, trusts_alone) = found, alone
    np.testing.assert_array_equal(dates.null, dates_alone.null)
    assert dates.p_two_sided == dates_alone.p_two_sided
    np.testing.assert_array_equal(trusts.tables["draws"], trusts_alone.tables["draws"])
    np.testing.assert_array_equal(trusts.frame["lower_bootstrap"], trusts_alone.frame["lower_bootstrap"])


def test_workers_give_the_numbers_of_one_process(panel, alone):
    with parallel_config(backend="loky", n_jobs=2):
        assert_equal((dealt(panel), redrawn(panel, n_jobs=2)), alone)


def test_the_number_of_workers_may_be_an_argument(panel, alone):
    with parallel_config(backend="threading"):
        assert_equal((dealt(panel, n_jobs=2), redrawn(panel, n_jobs=3)), alone)


def test_a_local_cluster_gives_the_numbers_of_one_process(panel, alone):
    distributed = pytest.importorskip("distributed", exc_type=ImportError)
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    )
    with cluster, distributed.Client(cluster), parallel_config(backend="dask"):
        assert cluster.scheduler.transition_counter == 0
        found = dealt(panel), redrawn(panel, n_jobs=2)
        assert cluster.scheduler.transition_counter > 0  # the work went to the cluster
    assert_equal(found, alone)


def test_large_panels_too_give_the_numbers_of_one_process():
    """Threads of linear algebra would change last digits where matrices are large; a worker has one."""
    large = bench.panel("four_hour_waits", 4)

    def drawn(n_jobs):
        return placebo_dates(large, draws=51, rng=np.random.default_rng(4), n_jobs=n_jobs).null

    with parallel_config(backend="loky"):
        np.testing.assert_array_equal(drawn(2), drawn(1))


def test_another_seed_gives_other_draws(panel, alone):
    assert (dealt(panel, seed=5).null != alone[0].null).any()
