"""REFI-QDA import: the outside project, awkward texts, and files that must be refused."""

import json
import zipfile
from pathlib import Path

import pytest

from analysis.methods.coding.agreement_themes import by_theme
from analysis.methods.coding.project import CodedError
from analysis.methods.coding.refi_qda import read_qdc, read_qdpx
from tests.made_qdpx import selection, source, write

ORACLES = Path(__file__).parent / "oracles" / "qda"
EXPECTED = json.loads((ORACLES / "two_coders_expected.json").read_text())


@pytest.fixture(scope="module")
def project():
    return read_qdpx(ORACLES / "two_coders.qdpx")


def test_counts_and_code_tree_of_the_outside_project(project):
    numbers = [len(project.sources), len(project.codes), len(project.selections), len(project.codings)]
    assert numbers == [EXPECTED[key] for key in ("n_sources", "n_codes", "n_selections", "n_codings")]
    parents = project.codes.set_index("name")["parent_name"]
    assert {name: (None if not isinstance(up, str) else up) for name, up in parents.items()} == EXPECTED[
        "parents"
    ]


def test_selections_and_coders_of_the_outside_project(project):
    for one in EXPECTED["segments"]:
        rows = project.codings[
            (project.codings["source"] == one["source"]) & (project.codings["start"] == one["start"])
        ]
        assert set(rows["end"]) == {one["end"]}
        assert set(rows["text"]) == {one["text"]}
        assert sorted(zip(rows["coder"], rows["code"], strict=True)) == sorted(map(tuple, one["codings"]))
    pairs = project.codings.groupby(["coder", "code"]).size()
    assert {"|".join(key): n for key, n in pairs.items()} == EXPECTED["codings_by_coder_and_code"]


def test_code_by_source_matrix_of_the_outside_project(project):
    table = project.matrix()
    found = {code: {k: int(v) for k, v in row.items() if v} for code, row in table.iterrows()}
    assert {code: row for code, row in found.items() if row} == EXPECTED["code_by_source"]
    assert table.loc["Leadership"].sum() == 0  # nobody used the parent itself


def test_matrix_with_children_and_by_selection(project):
    both = project.matrix(children=True)
    assert both.loc["Support", "Trust B interview 1"] == 2
    assert both.loc["Leadership", "Trust A board minutes"] == 2
    once = project.matrix(children=True, count="selections")
    assert once.loc["Support", "Trust B interview 1"] == 1  # parent and child on one stretch of text
    assert once.loc["Leadership", "Trust A board minutes"] == 1
    with pytest.raises(CodedError, match="codings"):
        project.matrix(count="words")


def test_units_go_into_agreement_by_theme(project):
    found = by_theme(project.units())
    assert (found.units, found.once) == (3, 2)


def test_a_project_prints_as_counts_not_as_text(project):
    assert "agenda" not in repr(project)
    assert "5 selections" in repr(project)


AWKWARD = "Zoë ‘said’ cafe\u0301 \U0001f600\U0001f468\u200d\U0001f469 fine\u2014no."


@pytest.mark.parametrize("inline", [True, False])
def test_emoji_and_combining_marks_count_as_characters(tmp_path, inline):
    start = AWKWARD.index("fine")
    marks = selection("s1", start, start + 4, [("k1", "c3", "u1")], name="fine")
    accent = selection("s2", AWKWARD.index("cafe"), AWKWARD.index("cafe") + 5, [("k2", "c3", "u1")])
    text = {"content": AWKWARD} if inline else {"path": "internal://T1.TXT"}
    files = {} if inline else {"sources/t1.txt": AWKWARD.encode()}
    found = read_qdpx(write(tmp_path / "p.qdpx", source("t1", "Note", marks + accent, **text), files=files))
    assert found.codings["text"].tolist() == ["fine", "cafe\u0301"]
    assert any("beyond the basic plane" in note for note in found.notes)


def units(text, cut):
    return len(text[:cut].encode("utf-16-le")) // 2


FACES = "\U0001f600\U0001f600 "
TALK = "Staff were afraid to speak up.\r\nThen leaders listened to us, at last.\r\nNo-one had asked before."
SAID = ("were afraid to speak up", "Then leaders listened", "No-one had asked before.")


def counted(text, place, way):
    """Return a place in a text in one of the ways that programs count."""
    before = text[:place]
    if way.endswith("-lf"):
        before = before.replace("\r\n", "\n")
    if way.endswith("-crlf"):
        before = before.replace("\r\n", "\n").replace("\n", "\r\n")
    return units(before, len(before)) if way.startswith("utf16") else len(before)


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize(
    ("text", "way"),
    [
        (FACES + TALK, "characters"),
        (FACES + TALK, "utf16"),
        (FACES + TALK, "characters-lf"),
        (FACES + TALK, "utf16-lf"),
        (TALK, "characters-lf"),
        (TALK.replace("\r", ""), "characters-crlf"),
        (FACES + TALK.replace("\r", ""), "utf16-crlf"),
        (FACES + TALK.replace("\r", ""), "utf16"),
    ],
)
def test_the_reading_that_fits_is_taken_and_told(tmp_path, text, way, named):
    marks = ""
    for number, words in enumerate(SAID):
        start, end = (counted(text, text.index(words) + shift, way) for shift in (0, len(words)))
        name = words if named else ""
        marks += selection(f"s{number}", start, end, [(f"k{number}", "c3", "u1")], name=name)
    one = source("t1", "N", marks, path="internal://t1.txt")
    path = write(tmp_path / "p.qdpx", one, files={"Sources/t1.txt": text.encode()})
    found = read_qdpx(path)
    assert found.codings["text"].tolist() == list(SAID)
    assert read_qdpx(path, count=way).codings["text"].tolist() == list(SAID)
    told = [note for note in found.notes if note.startswith("Positions were read as")]
    assert len(told) == (way != "characters")
    with pytest.raises(CodedError, match="count 'letters' is not known"):
        read_qdpx(path, count="letters")


def test_half_words_of_a_few_selections_do_not_change_the_reading(tmp_path):
    text = f"{FACES}{TALK}"
    start = text.index("afraid")
    marks = selection("s1", start, start + 3, [("k1", "c3", "u1")]) + selection("s2", start + 1, start + 6)
    found = read_qdpx(write(tmp_path / "p.qdpx", source("t1", "N", marks, content=text)))
    assert found.codings["text"].tolist() == ["afr"]


def test_a_position_within_a_character_is_left_out(tmp_path):
    split = source("t1", "N", selection("s1", 1, 4, [("k1", "c3", "u1")]), content=FACES + TALK)
    found = read_qdpx(write(tmp_path / "q.qdpx", split), count="utf16")
    assert found.codings.empty
    assert found.left_out["why"].tolist() == ["positions 1 to 4 split a character"]


@pytest.mark.parametrize(
    ("part", "address"),
    [
        ("Sources/t1.txt", "t1.txt"),
        ("Sources/t1.txt", "Sources/t1.txt"),
        ("Sources/t1.txt", "internal://Sources/t1.txt"),
        ("Sources/t1.txt", "Sources\\t1.txt"),
        ("Sources\\t1.txt", "internal://t1.txt"),
        ("Sources/t1.txt", ".\\Sources\\t1.txt"),
        ("Sources/t1.txt", "internal://Sources\\\\t1.txt"),
        ("Sources/sources/t1.txt", "Sources/sources//t1.txt"),
        ("sources\\T1.TXT", "internal:///t1.txt"),
        ("Sources/entretien e\u0301te\u0301.txt", "internal://entretien \u00e9t\u00e9.txt"),
        ("Sources/a: b.txt", "internal://a: b.txt"),
    ],
)
def test_the_address_of_a_text_as_programs_write_it(tmp_path, part, address):
    path = write(
        tmp_path / "p.qdpx", source("t1", "N", selection("s1", 0, 4, [("k1", "c3", "u1")]), path=address)
    )
    with zipfile.ZipFile(path, "a") as file:
        info = zipfile.ZipInfo("x")
        info.filename = part  # kept as written, with its backslash
        file.writestr(info, "Calm now.")
    assert read_qdpx(path).codings["text"].tolist() == ["Calm"]


@pytest.mark.parametrize(
    "name",
    ["Sources/tape 10:30.m4a", "..\\tape.wav", "/media/a.mp4", "C:\\notes\\n.docx", "Sources/silence.wav"],
)
def test_parts_that_are_not_read_may_be_named_and_shrink_as_they_like(tmp_path, name):
    path = write(tmp_path / "p.qdpx", TEXT.replace("{}", ONE), files={name: b"0" * 3_000_000})
    assert len(read_qdpx(path).codings) == 1


@pytest.mark.parametrize("member", ["Ward study.qde", "PROJECT.QDE", "inner/study.qde"])
def test_the_one_project_may_have_any_name(tmp_path, member):
    assert len(read_qdpx(write(tmp_path / "p.qdpx", TEXT.replace("{}", ONE), member=member)).codings) == 1


def test_an_empty_selection_and_an_unknown_user_are_listed(tmp_path):
    marks = selection("s1", 3, 3, [("k1", "c1", "u1")]) + selection("s2", 0, 3, [("k2", "c1", "u9")])
    found = read_qdpx(write(tmp_path / "p.qdpx", TEXT.replace("{}", marks)))
    assert found.left_out[["kind", "selections", "codings"]].to_numpy().tolist() == [
        ["selection without text", 1, 1]
    ]
    assert found.codings["coder"].isna().tolist() == [True]
    assert "1 selections and codings are by users that the project does not list." in found.notes


def test_line_ends_count_as_exported_and_a_byte_order_mark_does_not(tmp_path):
    text = "One.\r\nTwo.\r\n"
    marks = selection("s1", 6, 10, [("k1", "c3", "u1")])
    files = {"Sources/t1.txt": b"\xef\xbb\xbf" + text.encode()}
    found = read_qdpx(
        write(tmp_path / "p.qdpx", source("t1", "N", marks, path="internal://t1.txt"), files=files)
    )
    assert found.codings.loc[0, "text"] == "Two."
    assert found.texts["N"] == text
    twice = source("t1", "N", marks, path="internal://t1.txt", content=text.replace("\r", ""))
    assert read_qdpx(write(tmp_path / "q.qdpx", twice, files=files)).texts["N"] == text


def test_a_part_may_be_named_as_an_address_writes_it(tmp_path):
    marks = selection("s1", 0, 4, [("k1", "c3", "u1")])
    one = source("t1", "N", marks, path="internal://site%20one.txt")
    found = read_qdpx(write(tmp_path / "p.qdpx", one, files={"Sources/site one.txt": b"Calm now."}))
    assert found.codings.loc[0, "text"] == "Calm"


def test_why_a_selection_is_left_out_never_quotes_its_name(tmp_path):
    marks = selection("s1", "1.0", 3, name="Janet told us")
    found = read_qdpx(write(tmp_path / "p.qdpx", source("t1", "N", marks, content="abc def")))
    assert "Janet" not in found.left_out.to_string()


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        (0, 8, "it ends at 8, and the text at 7, counting characters"),
        (9, 12, "it ends at 12, and the text at 7, counting characters"),
        (4, 3, "it ends at 3, before its start at 4"),
        (9, 8, "it ends at 8, before its start at 9"),
        (7, 7, "it is empty"),
        (-1, 3, "its startPosition is '-1', no whole number of 0 or more"),
        ("", 3, "its startPosition is '', no whole number of 0 or more"),
        (0, "\u0663", "its endPosition is '\u0663', no whole number of 0 or more"),
        (0, "1e400", "its endPosition is '1e400', no whole number of 0 or more"),
        (0, "9" * 12, f"it ends at {int('9' * 12):,}, and the text at 7, counting characters"),
    ],
)
def test_a_selection_that_holds_no_text_is_listed_and_the_others_are_read(tmp_path, start, end, why):
    marks = selection("bad", start, end, [("k0", "c1", "u1"), ("k9", "c2", "u2")]) + ONE
    found = read_qdpx(write(tmp_path / "p.qdpx", TEXT.replace("{}", marks)))
    assert found.codings["text"].tolist() == ["abc"]
    assert found.left_out.to_numpy().tolist() == [["selection without text", "N", 1, 2, why]]
    assert "not read: 1 selection and 2 codings in selection without text" in found.sentence()


def test_a_coding_whose_code_and_a_case_whose_source_is_gone_are_listed(tmp_path):
    two = '<Coding guid="k3"><CodeRef targetGUID="c1"/><CodeRef targetGUID="c2"/></Coding><Coding guid="k4"/>'
    marks = selection("s1", 0, 3, [("k1", "c9", "u1"), ("k2", "c1", "u1")]).replace(
        "</Plain", f"{two}</Plain"
    )
    cases = '<Cases><Case guid="a1" name="Site"><SourceRef targetGUID="t9"/><SourceRef targetGUID="t1"/></Case></Cases>'
    found = read_qdpx(write(tmp_path / "p.qdpx", TEXT.replace("{}", marks), extra=cases))
    assert found.codings["coding"].tolist() == ["k2"]
    assert found.cases.to_numpy().tolist() == [["Site", "N"]]
    assert found.left_out[["kind", "codings", "why"]].to_numpy().tolist() == [
        ["coding without code", 1, "the project does not hold its code"],
        ["coding without code", 1, "it names 2 codes"],
        ["coding without code", 1, "it names 0 codes"],
        ["source of a case", 0, "the project does not hold it"],
    ]


def test_an_empty_address_is_none(tmp_path):
    empty = '<TextSource guid="t1" name="N" plainTextPath=""><PlainTextContent>abc</PlainTextContent></TextSource>'
    assert read_qdpx(write(tmp_path / "p.qdpx", empty)).texts == {"N": "abc"}


@pytest.mark.parametrize("space", ["urn:QDA-XML:project:1.0", "urn:QDA-XML:project:1.5"])
def test_guids_differ_in_case_and_braces_and_both_namespaces_are_read(tmp_path, space):
    marks = selection("s1", 0, 3, [("k1", "{c1}", "{U1}"), ("k2", "C2", "u2")], user="U1")
    found = read_qdpx(write(tmp_path / "p.qdpx", source("t1", "N", marks, content="abc def"), space=space))
    assert found.codings[["code", "coder"]].to_numpy().tolist() == [["Support", "AB"], ["Buddying", "CD"]]


def test_codes_and_sources_of_one_name_stay_apart(tmp_path):
    codes = '<Code guid="c1" name="Board"><Code guid="c2" name="Other"/></Code><Code guid="c3" name="Other"/>'
    marks = selection("s1", 0, 3, [("k1", "c2", "u1"), ("k2", "c3", "u1")])
    two = source("t1", "N", marks, content="abc") + source("t2", "N", content="xyz")
    found = read_qdpx(write(tmp_path / "p.qdpx", two, codes=codes))
    assert found.matrix().sum(axis=1).to_dict() == {"Board": 0, "Board > Other": 1, "Other": 1}
    assert list(found.matrix().columns) == ["N (t1)", "N (t2)"]


def test_what_is_not_read_is_counted_and_named(tmp_path):
    text = source(
        "t1",
        "N",
        selection("s1", 0, 3, [("k1", "c1", "u1")]) + '<Coding guid="k9"><CodeRef targetGUID="c1"/></Coding>',
        content="abc",
    )
    inner = '<PDFSelection guid="x1" page="0"><Coding guid="y1"><CodeRef targetGUID="c1"/></Coding></PDFSelection>'
    pdf = f'<PDFSource guid="t2" name="Report" path="relative:///r.pdf">{inner}</PDFSource>'
    audio = '<AudioSource guid="t3" name="Tape"><Transcript guid="t4"><TranscriptSelection guid="x2"/></Transcript></AudioSource>'
    word = '<TextSource guid="t5" name="Memo" richTextPath="internal://t5.docx"/>'
    note = '<Notes><Note guid="n1" name="Idea"><PlainTextContent>hm</PlainTextContent><PlainTextSelection guid="x3" startPosition="0" endPosition="1"/></Note></Notes>'
    found = read_qdpx(write(tmp_path / "p.qdpx", text + pdf + audio + word, extra=note))
    left = found.left_out.set_index("kind")
    assert left[["selections", "codings"]].astype(int).to_numpy().tolist() == [
        [0, 1],
        [1, 1],
        [1, 0],
        [0, 0],
        [1, 0],
    ]
    assert left.index.tolist() == ["whole source", "PDF", "audio", "text without plain text", "note"]
    assert "not read: 3 selections and 2 codings in whole source, PDF, audio" in found.sentence()
    assert len(found.codings) == 1


def test_a_project_without_sources_codes_or_codings_is_read(tmp_path):
    found = read_qdpx(write(tmp_path / "p.qdpx", "", codes=""))
    assert found.matrix().shape == (0, 0)
    assert found.units().empty
    bare = read_qdpx(write(tmp_path / "q.qdpx", source("t1", "N", content="abc")))
    assert bare.matrix().to_numpy().sum() == 0
    assert bare.matrix(children=True, count="selections").shape == (3, 1)


def test_codings_without_a_coder_are_kept_and_told(tmp_path):
    inner = '<PlainTextSelection guid="s1" startPosition="0" endPosition="2"><Coding guid="k1"><CodeRef targetGUID="c1"/></Coding></PlainTextSelection>'
    found = read_qdpx(write(tmp_path / "p.qdpx", source("t1", "N", inner, content="abc")))
    assert found.codings["coder"].isna().all()
    assert "1 codings do not say who made them." in found.notes
    assert found.units().empty


TEXT = source("t1", "N", "{}", content="abc def")
ONE = selection("s1", 0, 3, [("k1", "c1", "u1")])


@pytest.mark.parametrize(
    ("sources", "options", "words"),
    [
        (source("t1", "N", path="C:\\\\data\\\\a.txt"), {}, "outside the file"),
        (source("t1", "N", path="https://example.org/a.txt"), {}, "outside the file"),
        (TEXT.format(ONE + ONE), {}, "'s1' is used by two selections"),
        (source("t1", "N", path="relative://a.txt"), {}, "TextSource 'N': the text is outside the file"),
        (source("t1", "N", path="absolute:///etc/passwd"), {}, "outside the file"),
        (source("t1", "N", path="internal://../project.qde"), {}, "no part"),
        (source("t1", "N", path="internal://t1.txt"), {}, "no part Sources/t1.txt"),
        (source("t1", "N", path="internal://t1.txt"), {"files": {"Sources/t1.txt": b"caf\xe9"}}, "not UTF-8"),
        (
            source("t1", "N", path="internal://t1.txt"),
            {"files": {"Sources/t1.txt": b"c\0a\0"}},
            "looks like UTF-16",
        ),
        (TEXT, {"space": "urn:QDA-XML:project:2.0"}, "namespace 'urn:QDA-XML:project:2.0'.*Allowed"),
        (TEXT, {"member": "other.xml"}, "no project.qde, and 0 other parts"),
        (TEXT, {"member": "a.qde", "files": {"b.qde": b"<x/>"}}, "no project.qde, and 2 other parts"),
        (TEXT, {"head": '<!DOCTYPE x [<!ENTITY a "aa">]>'}, "document type or entity"),
        (TEXT + "<oops>", {}, "no XML"),
        (TEXT, {"files": {"../evil.txt": b"x"}}, "points outside"),
        (TEXT, {"files": {"/etc/evil.txt": b"x"}}, "points outside"),
        (TEXT, {"files": {"a\\..\\evil.txt": b"x"}}, "points outside"),
        (TEXT, {"files": {"Sources/big.txt": b"0" * 3_000_000}}, "unpacks to 3000000 bytes"),
        (TEXT, {"files": {"Sources/a.txt": b"x", "sources/A.TXT": b"y"}}, "there twice"),
        (TEXT, {"codes": '<Code guid="c1" name="A"/><Code guid="C1" name="B"/>'}, "used by two codes"),
        (TEXT, {"codes": '<Code guid="c1"/>'}, "no name"),
        (TEXT, {"codes": '<Code guid="c" name="A">' * 102 + "</Code>" * 102}, "nested deeper"),
    ],
)
def test_what_cannot_be_read_is_refused_with_file_and_element(tmp_path, sources, options, words):
    path = write(tmp_path / "bad.qdpx", sources.replace("{}", ""), **options)
    with pytest.raises(CodedError, match=words) as error:
        read_qdpx(path)
    assert "bad.qdpx" in str(error.value)


def test_no_zip_no_file_encrypted(tmp_path):
    (tmp_path / "a.qdpx").write_bytes(b"hello")
    for name in ("a.qdpx", "b.qdpx"):
        with pytest.raises(CodedError, match=f"{name}: no zip"):
            read_qdpx(tmp_path / name)
    path = write(tmp_path / "c.qdpx", TEXT.replace("{}", ""))
    raw = bytearray(path.read_bytes())
    raw[raw.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    with pytest.raises(CodedError, match="encrypted"):
        read_qdpx(path)


def test_a_part_that_lies_about_its_size_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.methods.coding.zipped.TEXT_BYTES", 100)
    with pytest.raises(CodedError, match="more than 100 bytes"):
        read_qdpx(write(tmp_path / "p.qdpx", TEXT.replace("{}", "")))


def test_codebook_file(tmp_path):
    path = tmp_path / "book.qdc"
    path.write_text(
        '<CodeBook xmlns="urn:QDA-XML:codebook:1.0"><Codes><Code guid="a" name="Support" isCodable="false"><Description> Help </Description>'
        '<Code guid="b" name="Buddying"/></Code></Codes></CodeBook>',
        encoding="utf-8",
    )
    found = read_qdc(path)
    assert found[["path", "depth", "codable", "description"]].to_numpy().tolist() == [
        ["Support", 0, False, "Help"],
        ["Support > Buddying", 1, True, ""],
    ]
    for version in ("1:0", "1.5", "0:4"):
        path.write_text(
            f'<CodeBook xmlns="urn:QDA-XML:codebook:{version}"><Codes><Code guid="a" name="A"/></Codes></CodeBook>'
        )
        assert read_qdc(path)["name"].tolist() == ["A"]
    path.write_text("<CodeBook><Codes/></CodeBook>")
    with pytest.raises(CodedError, match="namespace ''"):
        read_qdc(path)


def test_cases_name_their_sources():
    found = read_qdpx(ORACLES / "two_coders.qdpx").cases
    assert found.to_numpy().tolist() == [
        ["Trust A", "Trust A board minutes"],
        ["Trust B", "Trust B interview 1"],
    ]


def test_a_link_in_the_zip_is_refused(tmp_path):
    path = write(tmp_path / "p.qdpx", TEXT.replace("{}", ""))
    info = zipfile.ZipInfo("Sources/link.txt")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(info, "/etc/passwd")
    with pytest.raises(CodedError, match="is a link"):
        read_qdpx(path)
