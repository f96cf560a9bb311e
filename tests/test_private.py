"""A made confidential project with planted identifiers: nothing of them reaches a page, or the build stops."""

import re

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.cases import private_words
from analysis.methods.disclosure.attack import HIDDEN, DisclosureError
from analysis.study.evidence import private_folder
from analysis.study.evidence.private import for_pages
from analysis.study.evidence.private_folder import PrivateError, status
from analysis.study.evidence.readiness import ITEMS
from tests.made_qdpx import selection, source, write

PLANTED = [
    "Blackwood",
    "Janet",
    "Medway",
    "RPA",
    "March 2015",
    "Willow",
    "Okonkwo",
    "resp-",
    "Vale",
    "tape_7",
]
PUBLIC = pd.DataFrame(
    {
        "trust": [f"R{n:02}" for n in range(24)],
        "type": ["acute"] * 16 + ["mental health"] * 8,
        "region": ["North"] * 10 + ["South"] * 6 + ["North"] * 5 + ["South"] * 3,
    }
)


def survey(levels, size=12, seed=4):
    rng = np.random.default_rng(seed)
    rows = []
    for site, level in levels.items():
        for number in range(size):
            given = np.clip(np.round(level + rng.normal(0, 0.5) + rng.normal(0, 0.4, 12)), 1, 5).astype(int)
            rows.append(
                {"respondent": f"resp-{site}-{number}", "organisation": site}
                | dict(zip(ITEMS.values(), given, strict=True))
            )
    return pd.DataFrame(rows)


@pytest.fixture
def place(tmp_path):
    """A private folder that may be shown, though it is full of identifiers."""
    folder = tmp_path / "confidential"
    folder.mkdir()
    text = "Janet Blackwood of Medway (RPA) said in March 2015 on Willow ward that Dr Okonkwo left."
    texts, homes = "", []
    for number in range(14):
        site = "Site A" if number < 8 else "Site B"
        name = f"Medway tape_7 interview {number} Janet Blackwood"
        codes = [(f"k{number}", "c3", "u1"), (f"m{number}", "c3", "u2")]
        codes += [(f"n{number}", "c2", "u1")] if number < 3 else []
        texts += source(
            f"t{number}", name, selection(f"s{number}", 0, 20, codes, name=text[:20]), content=text
        )
        homes.append({"source": name, "site": site})
    write(folder / "janet-blackwood.qdpx", texts)
    pd.DataFrame(homes).to_csv(folder / "sources.csv", index=False)
    sites = pd.DataFrame(
        {"site": ["Site A", "Site B", "Site C"], "type": ["acute", "acute", ""], "region": ["North", "", ""]}
    )
    sites.to_csv(folder / "sites.csv", index=False)
    survey({"Site A": 2, "Site B": 3.2, "Site C": 4.4}).to_csv(folder / "oric.csv", index=False)
    (folder / "quotes.csv").write_text(
        "id,site,code,text\nq1,Site A,Mood,We felt judged at first. Later it helped.\n"
    )
    (folder / "names.txt").write_text("Janet Blackwood\nDr Vale\n")
    (folder / "cleared.txt").write_text("quote q1\n")
    (folder / "consent-Okonkwo.pdf").write_bytes(b"x")
    return folder


def everything(pages):
    """All that a page could show: words, tables as text and as HTML, and how results print."""
    shown = private_words.shown(pages)
    return "\n".join([pages.sentence(), repr(pages), repr(shown), shown.html])


def test_the_pages_hold_the_findings_and_none_of_the_planted_identifiers(place):
    pages = for_pages(place, frame=PUBLIC)
    output = everything(pages)
    assert [word for word in PLANTED if re.search(rf"\b{word}", output, re.IGNORECASE)] == []
    assert pages.interviews.loc["Mood"].tolist() == [8, 6, 14]
    assert pages.interviews.loc["Buddying"].tolist() == [HIDDEN, 0, HIDDEN]
    assert "Later it helped" in output
    assert pages.readiness["score"].notna().all()
    assert pages.readiness["respondents"].tolist() == [12] * 6
    assert "1 other files are not used" in output


def test_identifiers_planted_where_pages_would_show_them_stop_the_build(place):
    for words, kind in [
        ("Then Janet said so.", "person|confidential"),
        ("It was at Medway.", "trust name"),
        ("It was RPA.", "trust code"),
        ("In March 2015 it began.", "date"),
        ("Then blackwood said so.", "confidential name"),
    ]:
        (place / "quotes.csv").write_text(
            f'id,site,code,text\nq1,Site A,Mood,fine\nq2,Site B,Mood,"{words}"\n'
        )
        with pytest.raises(DisclosureError, match=f"excerpt 'q2': ({kind})") as error:
            for_pages(place, frame=PUBLIC)
        assert not [word for word in PLANTED if word.lower() in str(error.value).lower()]


def test_a_code_named_after_a_person_stops_the_build(place):
    write(place / "second.qdpx", "", codes='<Code guid="c1" name="Trouble with Okonkwo"/>')
    with pytest.raises(DisclosureError, match="'interviews by code', label of row 4"):
        for_pages(place, frame=PUBLIC)
    (place / "cleared.txt").write_text("Okonkwo\n")
    assert for_pages(place, frame=PUBLIC).interviews.shape[0] == 4


def test_a_site_that_few_trusts_fit_stops_the_build_by_its_label(place):
    sites = "site,type,region\nSite A,acute,North\nSite B,mental health,South\nSite C,,\n"
    (place / "sites.csv").write_text(sites)
    with pytest.raises(DisclosureError, match="site 'Site B': fewer than 5 trusts fit by its own profile"):
        for_pages(place, frame=PUBLIC)
    assert for_pages(place, frame=PUBLIC, k=3).profiles.shape == (2, 3)


def test_sites_are_never_joined_to_trusts(place):
    for column in ("trust", "ods_code", "name"):
        (place / "sites.csv").write_text(f"site,{column}\nSite A,RPA\nSite B,RXR\nSite C,RWP\n")
        with pytest.raises(PrivateError, match="never the name or code of a trust") as error:
            for_pages(place, frame=PUBLIC)
        assert "RPA" not in str(error.value)
    (place / "sites.csv").write_text("site\nMedway\n")
    with pytest.raises(PrivateError, match="row 2: the label is no pseudonym") as error:
        for_pages(place, frame=PUBLIC)
    assert "Medway" not in str(error.value)


def test_real_aspects_of_trusts_are_the_frame_by_default(place):
    (place / "sites.csv").write_text("site,type\nSite A,acute\nSite B,acute\nSite C,\n")
    assert for_pages(place).profiles["type"].dropna().tolist() == ["acute", "acute"]
    (place / "sites.csv").write_text("site,type\nSite A,ambulance\nSite B,acute\nSite C,\n")
    with pytest.raises(DisclosureError, match="site 'Site A'"):
        for_pages(place)


def test_few_respondents_are_hidden_with_their_score_and_so_is_another(place):
    answers = survey({"Site A": 2, "Site B": 3.2, "Site C": 4.4})
    keep = (answers["organisation"] != "Site C") | (answers.index % 12 < 3)
    answers[keep].to_csv(place / "oric.csv", index=False)
    found = for_pages(place, frame=PUBLIC).readiness.set_index(["site", "scale"])
    assert found.loc["Site C", "score"].isna().all()
    assert (found.loc["Site C", "why"] == "too few answered").all()
    assert (found["respondents"] == HIDDEN).sum() == 4  # Site C, and one more that would give it away


def test_a_score_that_is_the_answer_of_everyone_is_hidden(place):
    answers = survey({"Site A": 2, "Site B": 3.2, "Site C": 4.4})
    answers.loc[answers["organisation"] == "Site B", list(ITEMS.values())] = 4
    answers.to_csv(place / "oric.csv", index=False)
    found = for_pages(place, frame=PUBLIC).readiness.set_index("site")
    assert found.loc["Site B", ["score", "lower", "upper"]].isna().all(axis=None)
    assert (found.loc["Site B", "why"] == "all gave the same answer").all()
    assert found.loc[["Site A", "Site C"], "score"].notna().all()


def test_without_a_folder_pages_say_what_is_missing_and_how_to_add_it(monkeypatch, tmp_path):
    monkeypatch.delenv("REPORT_PRIVATE", raising=False)
    monkeypatch.setattr("analysis.study.evidence.private_folder.USUAL", tmp_path / "private")
    pages = for_pages()
    assert not pages.status.found
    assert pages.interviews is None
    assert "No interviews and no staff survey are in this report" in pages.sentence()
    assert "never committed" in pages.sentence()
    assert "oric.csv" in everything(pages)
    assert private_folder.digest() == ""


def test_the_setting_names_another_folder_but_none_that_git_would_see(monkeypatch, place):
    monkeypatch.setenv("REPORT_PRIVATE", str(place))
    assert private_folder.folder() == place
    assert status().missing() == ()
    monkeypatch.setenv("REPORT_PRIVATE", str(place / "gone"))
    with pytest.raises(PrivateError, match="names no folder"):
        private_folder.folder()
    monkeypatch.setenv("REPORT_PRIVATE", str(private_folder.ROOT / "data"))
    with pytest.raises(PrivateError, match="inside the repository"):
        private_folder.folder()


def test_a_part_alone_is_enough_and_the_rest_is_said_to_be_missing(tmp_path):
    (tmp_path / "names.txt").write_text("")
    pages = for_pages(tmp_path, frame=PUBLIC)
    assert "Missing: coded interviews" in pages.sentence()
    (tmp_path / "sites.csv").write_text("site\nSite 1\nSite 2\n")
    survey({"Site 1": 2, "Site 2": 4}).to_csv(tmp_path / "oric.csv", index=False)
    pages = for_pages(tmp_path, frame=PUBLIC)
    assert pages.readiness is not None
    assert pages.interviews is None


def test_excerpts_work_like_projects(tmp_path):
    (tmp_path / "sites.csv").write_text("site\nSite 1\n")
    lines = [f"Talk {n},{text},mood,AB" for n in range(6) for text in ("one", "two")]
    (tmp_path / "excerpts.csv").write_text("source,excerpt,code,coder\n" + "\n".join(lines))
    (tmp_path / "sources.csv").write_text("source,site\n" + "\n".join(f"Talk {n},Site 1" for n in range(6)))
    assert for_pages(tmp_path, frame=PUBLIC).interviews.loc["mood"].tolist() == [6]


def test_a_project_alone_in_a_folder_below_is_counted_without_sites(tmp_path):
    (tmp_path / "interviews").mkdir()
    texts = [
        source(
            f"t{n}", f"Janet at Medway {n}", selection(f"s{n}", 0, 3, [(f"k{n}", "c3", "u1")]), content="abc"
        )
        for n in range(6)
    ]
    write(tmp_path / "interviews" / "p.qdpx", "".join(texts))
    pages = for_pages(tmp_path, frame=PUBLIC)
    assert pages.interviews.to_dict() == {"All interviews": {"Support": 0, "Buddying": 0, "Mood": 6}}
    assert "Janet" not in everything(pages)
    before = private_folder.digest(tmp_path)
    (tmp_path / "interviews" / "names.txt").write_text("x")
    assert private_folder.digest(tmp_path) != before
    (tmp_path / "names.txt").write_text("y")
    with pytest.raises(PrivateError, match="there 2 times"):
        for_pages(tmp_path, frame=PUBLIC)


@pytest.mark.parametrize(
    ("name", "text", "error", "words"),
    [
        ("sources.csv", "source,site\nx,Site A\n", PrivateError, "14 sources have no site"),
        ("sources.csv", "source,site\nx,Site Z\n", PrivateError, "row 2: the site is none of"),
        ("quotes.csv", "id,site,code,text\nq1,Site Z,Mood,fine\n", PrivateError, "row 2: the site"),
        ("quotes.csv", "id,site,code,text\nq1,Site A,Mood\n", PrivateError, "row 2: found 3 cells"),
        ("quotes.csv", "id,site,code,text\nJanet,Site A,Mood,fine\n", DisclosureError, "id may tell who"),
        ("oric.csv", "respondent,organisation,oric_1\nJanet,Site A,3\n", PrivateError, "lacks"),
        ("oric.csv", "respondent,organisation\nJanet,Site Q\n", PrivateError, "row 2: the site"),
        ("sites.csv", "site,beds\nSite A,300\n", PrivateError, "Allowed"),
        ("more.qdpx", "no zip", PrivateError, "file 2 of 2 .*cannot be read"),
    ],
)
def test_files_that_do_not_fit_are_refused_without_spreading_what_they_hold(place, name, text, error, words):
    (place / name).write_text(text)
    with pytest.raises(error, match=words) as told:
        for_pages(place, frame=PUBLIC)
    assert "Janet" not in str(told.value)


def test_an_impossible_answer_is_refused_without_its_respondent(place):
    answers = survey({"Site A": 2, "Site B": 3.2, "Site C": 4.4})
    answers.loc[3, "oric_4"] = 9
    answers.to_csv(place / "oric.csv", index=False)
    with pytest.raises(PrivateError, match=r"row 5, item 'oric_4': no answer") as error:
        for_pages(place, frame=PUBLIC)
    assert "resp-" not in str(error.value)


def test_quotes_need_the_list_of_names(place):
    (place / "names.txt").unlink()
    with pytest.raises(PrivateError, match=r"names\.txt: not there"):
        for_pages(place, frame=PUBLIC)


def test_the_digest_changes_with_any_file(place):
    before = private_folder.digest(place)
    (place / "names.txt").write_text("Other\n")
    assert private_folder.digest(place) != before != ""


def two_projects(place, first="Ward", second="Board", codes=("c3", "c3")):
    """Two files in which each interviewer calls theirs 'Interview 0' to 'Interview 5'."""
    for user, word, code in (("u1", first, codes[0]), ("u2", second, codes[1])):
        texts = [
            source(
                f"t{n}",
                f"Interview {n}",
                selection(f"s{n}", 0, 4, [(f"k{n}", code, user)]),
                content=f"{word} talk {n}.",
            )
            for n in range(6)
        ]
        write(place / f"{user}.qdpx", "".join(texts))


@pytest.mark.parametrize(
    ("second", "said", "count"),
    [
        ("Board", "", 12),
        ("Ward", "", 6),  # equal texts: one interview read by two coders
        ("Board", "file,sources\nu1.qdpx,shared\nu2.qdpx,shared\n", 6),
        ("Board", "file,sources\nu1.qdpx,shared\n", 12),
        ("Board", "file,positions\nu1.qdpx,utf16\n", 12),
    ],
)
def test_sources_of_one_name_in_two_files_are_two_unless_equal_or_said(tmp_path, second, said, count):
    two_projects(tmp_path, second=second)
    if said:
        (tmp_path / "projects.csv").write_text(said)
    found = for_pages(tmp_path, frame=PUBLIC)
    assert found.interviews.loc["Mood"].tolist() == [count]
    assert "qdpx" not in everything(found).replace("(*.qdpx)", "")


def test_coders_who_share_no_text_have_no_agreement(tmp_path):
    two_projects(tmp_path)
    assert for_pages(tmp_path, frame=PUBLIC).themes is None
    two_projects(tmp_path, second="Ward")
    assert for_pages(tmp_path, frame=PUBLIC).themes is not None


def test_sites_of_sources_of_one_name_are_told_by_file(tmp_path):
    two_projects(tmp_path)
    (tmp_path / "sites.csv").write_text("site\nSite A\nSite B\n")
    (tmp_path / "sources.csv").write_text(
        "source,site\n" + "".join(f"Interview {n},Site A\n" for n in range(6))
    )
    with pytest.raises(PrivateError, match=r"6 sources have no site.*its file too"):
        for_pages(tmp_path, frame=PUBLIC)
    rows = [
        f"Interview {n},{site},{user}.qdpx\n"
        for user, site in (("u1", "Site A"), ("u2", "Site B"))
        for n in range(6)
    ]
    (tmp_path / "sources.csv").write_text("source,site,file\n" + "".join(rows))
    assert for_pages(tmp_path, frame=PUBLIC).interviews.loc["Mood"].tolist() == [6, 6, 12]


@pytest.mark.parametrize(
    "text",
    ["file,sources\nother.qdpx,shared\n", "file,sources\nu1.qdpx,both\n", "file,positions\nu1.qdpx,bytes\n"],
)
def test_what_projects_csv_cannot_say_is_refused(tmp_path, text):
    two_projects(tmp_path)
    (tmp_path / "projects.csv").write_text(text)
    with pytest.raises(PrivateError, match=r"projects\.csv, row 2: not understood") as error:
        for_pages(tmp_path, frame=PUBLIC)
    assert "other" not in str(error.value)


@pytest.mark.parametrize(
    ("marks", "shown"), [("", 0), ("quote q1", 1), ("quote  q1\nquote q2", 2), ("q1", 0)]
)
def test_a_quote_is_shown_only_with_a_persons_mark(place, marks, shown):
    (place / "quotes.csv").write_text(
        "id,site,code,text\nq1,Site A,Mood,fine then\nq2,Site B,Mood,sorry then\n"
    )
    (place / "cleared.txt").write_text(marks)
    pages = for_pages(place, frame=PUBLIC)
    assert (0 if pages.quotes is None else len(pages.quotes)) == shown
    assert (f"{2 - shown} of 2 chosen quotes are not shown" in pages.sentence()) == (shown < 2)
    assert ("sorry then" in everything(pages)) == (shown == 2)


@pytest.mark.parametrize("name", ["Janet_B", "p 07700900123", "=cmd", "tape #4", "x" * 121, "line\nbreak"])
def test_names_of_codes_have_a_form(place, name):
    (place / "quotes.csv").unlink()
    write(place / "second.qdpx", "", codes=f'<Code guid="c9" name="{name.replace(chr(10), "&#10;")}"/>')
    with pytest.raises(DisclosureError, match="code 4: its name may tell who") as error:
        for_pages(place, frame=PUBLIC)
    assert name not in str(error.value)


@pytest.mark.parametrize("ident", ["Janet", "ward7", "p12345678", "JB", "q-1", "ab1"])
def test_ids_of_quotes_have_a_form(place, ident):
    (place / "quotes.csv").write_text(f"id,site,code,text\n{ident},Site A,Mood,fine\n")
    with pytest.raises(DisclosureError, match="row 2: the id may tell who"):
        for_pages(place, frame=PUBLIC)


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("willow-janet.qdpx", b"no zip"),
        ("excerpts-willow-janet.csv", b"source,code,coder,excerpt\nWillow Janet,,AB,she said\n"),
        ("excerpts-willow-janet.csv", b"\xff\xfe"),
        ("oric.csv", b'respondent,organisation\n"Willow Janet,Site A\n'),
        ("sources.csv", b"source,site\nWillow " + b"x" * 140_000 + b",Site A\n"),
    ],
)
def test_a_failing_build_names_no_file_source_or_answer(place, name, raw):
    (place / name).write_bytes(raw)
    with pytest.raises((PrivateError, DisclosureError)) as error:
        for_pages(place, frame=PUBLIC)
    told = f"{error.value} {error.value.__cause__ if not error.value.__suppress_context__ else ''}".lower()
    assert not [word for word in ("willow", "janet", "she said") if word in told]


def test_the_reliability_of_the_survey_is_told(place):
    assert "Cronbach's alpha is 0." in for_pages(place, frame=PUBLIC).sentence()
