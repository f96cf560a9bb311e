"""Agreement on the public record: the codebook's own figures, and that each difference is listed as settled."""

import numpy as np
import pandas as pd
import pytest

from analysis import data
from analysis.methods.coding.agreement import agreement
from analysis.study.evidence import readers as module


@pytest.fixture(scope="module")
def found():
    return module.coding()


def test_shares_and_kappas_are_those_written_down_with_the_codings(found):
    told = {"theme": (195, 0.91), "direction": (205, 0.95)}
    codings = data.load("evidence_codings")
    for part, (alike, kappa) in told.items():
        assert round(found.parts[part].observed * 212) == alike
        assert agreement(codings, unit="id", code=part, coefficient="cohen").value == pytest.approx(
            kappa, abs=0.005
        )
    assert round(found.parts["second_theme"].observed * 212) == 165


def test_each_difference_is_listed_once_with_what_was_kept(found):
    codings = data.load("evidence_codings").fillna({"second_theme": "none"}).set_index(["id", "coder"])
    rows = found.differences
    assert not rows.duplicated(["id", "part"]).any()
    assert rows["settled"].notna().all()
    for row in rows.itertuples():
        assert codings.loc[(row.id, "A"), row.part] == row.A != row.B == codings.loc[(row.id, "B"), row.part]
    assert rows["part"].value_counts().to_dict() == {"second_theme": 47, "theme": 17, "direction": 7}


def test_every_theme_of_the_codebook_has_a_row_and_rare_ones_are_told(found):
    assert found.themes.frame["theme"].tolist() == data.load("evidence_codebook")["code"].tolist()
    assert "R1" in found.rare()
    assert found.themes.frame["prevalence"].sum() == pytest.approx(1)


def test_words_and_tables(found):
    names = data.load("evidence_codebook").set_index("code")["theme"]
    assert found.answer().startswith(
        "Two automated readers gave the same main theme to 92% of 212 statements"
    )
    assert len(module.themes_for_readers(found, names)) == len(names)
    shown = module.differences_for_readers(found)
    assert not shown.isna().any(axis=None)
    assert set(shown["What"]) == set(module.PARTS.values())
    assert "71 differences" in module.differences_sentence(found)


def test_readers_who_agree_on_all_leave_an_empty_list():
    rows = [
        {"id": f"x{n}", "coder": who, "theme": "AB"[n % 2], "second_theme": None, "direction": "+-"[n % 2]}
        for n in range(6)
        for who in "AB"
    ]
    frame = pd.DataFrame(rows)
    agreed = frame[frame["coder"] == "A"].assign(how="agreed", reason=None)
    found = module.agreement_of(
        frame, agreed=agreed, themes=["A", "B"], rng=np.random.default_rng(1), draws=50
    )
    assert found.differences.empty
    assert np.isnan(found.parts["second_theme"].value)  # nobody set one: undefined, not perfect
