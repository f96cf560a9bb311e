"""Seeded damage of over forty kinds to a later file of every live publication: refused, harmless, or named as past finding."""

import pytest

from tests import damage
from tests.damage_made import MAKERS

SEED = 0  # `python -m tests.damage SEED` prints the table of another one


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__)
def test_no_damage_is_taken_in_silence_but_what_no_comparison_can_find(maker):
    came = damage.table(SEED, (maker,))[maker.__name__]
    print(came.to_string())
    taken = set(came.index[came == damage.TAKEN])
    assert taken <= set(damage.BLIND.get(maker.__name__, {})), came.to_string()
    assert (came[list(damage.BYTES)].drop(damage.ENDS) == damage.READ).all()


def test_what_cannot_be_found_is_named_for_kinds_and_publications_that_are_tried():
    assert len(damage.CELLS) + len(damage.BYTES) >= 20
    assert set(damage.BLIND) <= {maker.__name__ for maker in MAKERS}
    assert all(set(kinds) <= {*damage.CELLS, *damage.BYTES} for kinds in damage.BLIND.values())
