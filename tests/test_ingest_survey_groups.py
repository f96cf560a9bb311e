"""The survey of organisations of every kind: figures that are missing, or one and the same, are refused."""

import pytest

from analysis.data import DataError
from analysis.ingest.history import survey_groups

HEADS = {
    "derived_nss2019_org_themes_key_questions.csv": ["trust", "trtname", *survey_groups.SHARES_2019, *survey_groups.SCORES_2019],
    "nss2024_organisation_weighted.csv": ["ods_code", "benchmark_group", *survey_groups.SHARES_2024, *survey_groups.SCORES_2024],
    "staff_survey_2025_people_promise.csv": ["org_code", *survey_groups.SCORES_2025],
    "nss_mean_of_2021_2024_by_trust.csv": ["org_code", *survey_groups.MEAN],
}  # fmt: skip
TEXTS = {"trtname", "benchmark_group"}


def write(folder, damage=None):
    """Write the four files, eight organisations each; `damage` takes a file, column, row and figure to another one."""
    for file, heads in HEADS.items():
        lines = [",".join(heads)]
        for row in range(8):
            cells = [
                f"R{'ABCDEFGH'[row]}1",
                *("Acute" if name in TEXTS else f"0.{row + 1}" for name in heads[1:]),
            ]
            if damage:
                cells = [damage(file, name, row, cell) for name, cell in zip(heads, cells, strict=True)]
            lines.append(",".join(cells))
        (folder / file).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_whole_files_are_read(tmp_path):
    made = survey_groups.read(write(tmp_path))
    assert [len(frame) for frame in made.values()] == [24, 8]


@pytest.mark.parametrize("file", list(HEADS))
@pytest.mark.parametrize("mark", ["", "*", "NA"])
def test_one_figure_blank_or_starred_is_refused_with_row_and_column(tmp_path, file, mark):
    column = HEADS[file][-1]
    write(tmp_path, lambda where, name, row, cell: mark if (where, name, row) == (file, column, 4) else cell)
    with pytest.raises(
        DataError, match=f"{file}, row 6, column '{column}': found '{mark}'".replace("*", r"\*")
    ):
        survey_groups.read(tmp_path)


@pytest.mark.parametrize("file", list(HEADS))
def test_a_column_of_one_figure_is_refused(tmp_path, file):
    column = HEADS[file][-1]
    write(tmp_path, lambda where, name, row, cell: "0.5" if (where, name) == (file, column) else cell)
    with pytest.raises(DataError, match=rf"{file}, column '{column}': found '?0\.5 in all 8 rows"):
        survey_groups.read(tmp_path)
