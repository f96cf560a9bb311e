"""The statements and their codings leave and come back: whole, the same bytes, and a person's review beside them."""

import io
import zipfile

import pandas as pd
import pytest

from analysis import data
from analysis.methods.coding import refi_qda, refi_qda_write
from analysis.methods.coding.project import CodedError
from analysis.study.evidence import exchange

DAY, ORIGIN = "2026-01-01", "test"


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exchange")
    for name, content in exchange.export(DAY, ORIGIN).items():
        (folder / name).write_bytes(content)
    return folder


def test_the_project_holds_every_reading_of_every_statement(exported):
    read = refi_qda.read_qdpx(exported / "statements.qdpx")
    given = pd.concat([data.load("evidence_codings"), data.load("evidence_agreed").assign(coder="settled")])
    parts = given[["theme", "second_theme", "direction"]].notna().to_numpy().sum()
    assert len(read.codings) == parts
    assert read.left_out.empty
    assert read.notes == ()
    texts = data.load("evidence_statements").set_index("id")["statement"]
    assert dict(read.texts) == {one: texts[one] for one in given["id"].unique()} or set(read.texts) == set(
        given["id"]
    )
    assert all(read.texts[one] == texts[one] for one in read.texts)
    themes = read.codings[read.codings["code"].str.startswith(exchange.MAIN)]
    told = dict(
        zip(data.load("evidence_codebook")["code"], data.load("evidence_codebook")["theme"], strict=True)
    )
    for coder, label in exchange.READERS.items():
        own = themes[themes["coder"] == label].set_index("source")["code"].str.rpartition(" > ")[2]
        want = given[given["coder"] == coder].set_index("id")["theme"]
        assert own.to_dict() == {one: f"{code} {told[code]}" for one, code in want.items()}
    trusts = data.load("evidence_statements").set_index("id")["ods_code"]
    assert dict(zip(read.cases["source"], read.cases["case"], strict=True)) == {
        one: trusts[one] for one in read.texts
    }


def test_the_codebook_has_every_theme_with_its_definition(exported):
    codes = refi_qda.read_qdc(exported / "codebook.qdc")
    book = data.load("evidence_codebook")
    used = codes[codes["codable"]]
    held = dict(zip(used["name"].str.split(" ").str[0], used["description"], strict=True))
    assert list(held) == [one for _, part in book.groupby("family", sort=False) for one in part["code"]]
    assert all(held[row.code].startswith(row.definition) for row in book.itertuples())


def test_the_same_tables_give_the_same_bytes(exported):
    again = exchange.export(DAY, ORIGIN)
    assert {name: (exported / name).read_bytes() for name in again} == again


def reviewed(exported, path, recode) -> None:
    """Write the export as a program would after a person coded in it: `recode` turns the project's XML into hers."""
    with (
        zipfile.ZipFile(io.BytesIO((exported / "statements.qdpx").read_bytes())) as given,
        zipfile.ZipFile(path, "w") as out,
    ):
        for name in given.namelist():
            text = given.read(name).decode()
            out.writestr(name, recode(text) if name == "project.qde" else text)


def test_a_person_s_review_comes_back_beside_the_automated_coding(exported, tmp_path):
    one = data.load("evidence_agreed").iloc[0]
    other = next(code for code in data.load("evidence_codebook")["code"] if code != one["theme"])
    person = refi_qda_write.guid("user", "Ann")
    text = data.load("evidence_statements").set_index("id").loc[one["id"], "statement"]

    def coded(code: str, at: int) -> str:
        target = refi_qda_write.guid("code", code)
        return f'<Coding guid="{refi_qda_write.guid("new", str(at))}" creatingUser="{person}"><CodeRef targetGUID="{target}"/></Coding>'

    def recode(xml: str) -> str:
        inside = coded(f"Main theme > {other}", 1) + coded(f"Direction > {one['direction']}", 2)
        spot = (
            f'<PlainTextSelection guid="{refi_qda_write.guid("new", "spot")}" startPosition="0" endPosition="{len(text)}" '
            f'creatingUser="{person}">{inside}</PlainTextSelection>'
        )
        source = f'<TextSource guid="{refi_qda_write.guid("source", one["id"])}"'
        at = xml.index("</TextSource>", xml.index(source))
        return (xml[:at] + spot + xml[at:]).replace(
            "<Users>", f'<Users><User guid="{person}" name="Ann"/>', 1
        )

    reviewed(exported, tmp_path / "hers.qdpx", recode)
    (found,) = exchange.review(tmp_path / "hers.qdpx")
    assert found.coder == "Ann"
    assert found.frame.values.tolist() == [
        [one["id"], "theme", other, one["theme"], False],
        [one["id"], "direction", one["direction"], one["direction"], True],
    ]
    assert found.sentence() == "Ann agrees with the automated coding on theme 0 of 1; direction 1 of 1."
    assert exchange.review(exported / "statements.qdpx") == []


def test_what_cannot_be_written_is_refused():
    codes = pd.DataFrame(
        [["a", "A", None, "", True]], columns=["code", "name", "parent", "description", "codable"]
    )
    rows = pd.DataFrame([["s", "A", "b"]], columns=["source", "coder", "code"])
    with pytest.raises(CodedError, match="code 'b'"):
        refi_qda_write.project(
            name="x", origin="y", day=DAY, codes=codes, coders=["A"], texts={"s": "t"}, codings=rows, cases={}
        )
