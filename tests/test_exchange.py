"""The statements and their codings leave and come back: whole, the same bytes, and a person's review beside them."""

import io
import re
import uuid
import zipfile
from xml.etree import ElementTree

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
    paths = read.codings["code"].map(dict(zip(read.codes["label"], read.codes["path"], strict=True)))
    themes = read.codings.assign(code=paths)[paths.str.startswith(exchange.MAIN)]
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


# What the published schema of the standard (Project.xsd of 18 March 2019) says of the elements that we write: attributes
# that must be there, that may be, and children in order; "*" marks those that may come more than once.
SCHEMA = {
    "Project": ("name", "origin creationDateTime", "Users CodeBook Variables Cases Sources"),
    "Users": ("", "", "User*"),
    "User": ("guid", "name", ""),
    "CodeBook": ("", "origin", "Codes"),
    "Codes": ("", "", "Code*"),
    "Code": ("guid name isCodable", "color", "Description Code*"),
    "Description": ("", "", ""),
    "Variables": ("", "", "Variable*"),
    "Variable": ("guid name typeOfVariable", "", ""),
    "Cases": ("", "", "Case*"),
    "Case": ("guid", "name", "SourceRef*"),
    "SourceRef": ("targetGUID", "", ""),
    "Sources": ("", "", "TextSource*"),
    "TextSource": (
        "guid",
        "name plainTextPath creatingUser creationDateTime",
        "PlainTextSelection* VariableValue*",
    ),
    "VariableValue": ("", "", "VariableRef TextValue"),
    "VariableRef": ("targetGUID", "", ""),
    "TextValue": ("", "", ""),
    "PlainTextSelection": ("guid startPosition endPosition", "name creatingUser creationDateTime", "Coding*"),
    "Coding": ("guid", "creatingUser creationDateTime", "CodeRef"),
    "CodeRef": ("targetGUID", "", ""),
}
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
KINDS = {"startPosition": r"\d+", "endPosition": r"\d+", "isCodable": "true|false"}
KINDS |= {"creationDateTime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"}


def against_schema(root, space: str) -> list[str]:
    wrong = []
    for one in root.iter():
        tag = one.tag.removeprefix(f"{{{space}}}")
        if tag not in SCHEMA:
            wrong.append(f"{tag} is unknown")
            continue
        must, may, order = (part.split() for part in SCHEMA[tag])
        given = set(one.attrib)
        if not set(must) <= given <= {*must, *may}:
            wrong.append(f"{tag} has {sorted(given)}")
        for name, value in one.attrib.items():
            kind = KINDS.get(name, GUID.pattern if "uid" in name.lower() or name == "creatingUser" else ".*")
            if not re.fullmatch(kind, value, re.DOTALL):
                wrong.append(f"{tag} {name} is {value!r}")
        inside = " ".join(child.tag.rpartition("}")[2] for child in one)
        allowed = " ?".join(
            f"(({name.rstrip('*')} ?)*)" if name.endswith("*") else f"({name})?" for name in order
        )
        if not re.fullmatch(allowed, inside):
            wrong.append(f"{tag} holds {inside[:80]}")
    return wrong


def test_both_files_are_as_the_schema_of_the_standard_says(exported):
    with zipfile.ZipFile(exported / "statements.qdpx") as opened:
        root = ElementTree.fromstring(opened.read("project.qde"))
        held = {name for name in opened.namelist() if name != "project.qde"}
    assert against_schema(root, "urn:QDA-XML:project:1.0") == []
    book = ElementTree.fromstring((exported / "codebook.qdc").read_bytes())
    assert against_schema(book, "urn:QDA-XML:codebook:1.0") == []
    guids = [one.get("guid") for one in root.iter() if one.get("guid")]
    assert len(set(guids)) == len(guids)
    assert {one.get("targetGUID") for one in root.iter() if one.get("targetGUID")} <= set(guids)
    paths = [one.get("plainTextPath") for one in root.iter() if one.get("plainTextPath")]
    assert {f"sources/{path.removeprefix('internal://')}" for path in paths} == held
    broken = ElementTree.fromstring(ElementTree.tostring(book))
    broken[0][0].set("guid", "7")
    broken[0][0].attrib.pop("isCodable")
    assert len(against_schema(broken, "urn:QDA-XML:codebook:1.0")) == 2


def test_no_name_is_there_twice_since_qualcoder_keeps_each_once():
    names = exchange.codes()
    for part in (names[names["codable"]], names[~names["codable"]]):
        assert part.loc[part["name"].duplicated(), "name"].tolist() == []


def test_each_source_carries_its_trust_since_qualcoder_reads_no_sources_of_cases(exported):
    with zipfile.ZipFile(exported / "statements.qdpx") as opened:
        root = ElementTree.fromstring(opened.read("project.qde"))
    space = {"q": "urn:QDA-XML:project:1.0"}
    told = {
        one.get("name"): one.findtext("q:VariableValue/q:TextValue", None, space)
        for one in root.findall("q:Sources/q:TextSource", space)
    }
    trusts = data.load("evidence_statements").set_index("id")["ods_code"]
    assert told == {one: trusts[one] for one in told}
    assert [one.get("name") for one in root.findall("q:Variables/q:Variable", space)] == ["Trust"]


def reviewed(exported, path, recode, renamed=str, mark="") -> None:
    """Write the export as a program would after a person coded in it: `recode` turns the project's XML into hers.

    renamed: the name of a text file under which she has it. mark: what stands before each text.
    """
    with (
        zipfile.ZipFile(io.BytesIO((exported / "statements.qdpx").read_bytes())) as given,
        zipfile.ZipFile(path, "w") as out,
    ):
        for name in given.namelist():
            text = given.read(name).decode()
            out.writestr(renamed(name), recode(text) if name == "project.qde" else mark + text)


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

    renamed: dict[str, str] = {}

    def anew(xml: str) -> str:
        """Give everything a new guid, as a program does that keeps a database of its own."""
        return GUID.sub(lambda old: renamed.setdefault(old.group(), str(uuid.uuid4()).upper()), recode(xml))

    reviewed(
        exported,
        tmp_path / "again.qdpx",
        anew,
        lambda name: GUID.sub(lambda old: renamed[old.group()], name),
        mark="\ufeff",  # as QualCoder writes texts
    )
    (again,) = exchange.review(tmp_path / "again.qdpx")
    reviewed(exported, tmp_path / "hers.qdpx", recode)
    (found,) = exchange.review(tmp_path / "hers.qdpx")
    assert found.coder == "Ann"
    assert found.frame.values.tolist() == [
        [one["id"], "theme", other, one["theme"], False],
        [one["id"], "direction", one["direction"], one["direction"], True],
    ]
    assert again.coder == "Ann"
    pd.testing.assert_frame_equal(again.frame, found.frame)
    assert found.sentence() == "Ann agrees with the automated coding on theme 0 of 1; direction 1 of 1."
    assert exchange.review(exported / "statements.qdpx") == []


def test_what_cannot_be_written_is_refused():
    codes = pd.DataFrame(
        [["a", "A", None, "", True]], columns=["code", "name", "parent", "description", "codable"]
    )
    rows = pd.DataFrame([["s", "A", "b"]], columns=["source", "coder", "code"])
    with pytest.raises(CodedError, match="code 'b'"):
        refi_qda_write.project(
            name="x",
            origin="y",
            day=DAY,
            codes=codes,
            coders=["A"],
            texts={"s": "t"},
            codings=rows,
            cases={},
            case="Case",
        )
