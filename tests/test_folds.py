"""Long tables of a page are shut by their titles, its opening one later than others; nothing is lost, and once is enough."""

import importlib.util
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from analysis.present import tables

EXT = Path(__file__).resolve().parents[1] / "book" / "_ext"


@pytest.fixture(scope="module")
def folds():
    spec = importlib.util.spec_from_file_location("folds_extension", EXT / "folds.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def made(rows, name, **settings):
    frame = pd.DataFrame(
        {"Trust": [f"{name} {at}" for at in range(rows)], "What became of it": ["merged and closed"] * rows}
    )
    return tables.table(frame, caption=name, sources=("regime_spells",), **settings).html


def page(*parts):
    return BeautifulSoup(f"<article><h1>A</h1>{''.join(parts)}</article>", "html.parser")


def test_a_long_table_is_shut_and_says_how_many_rows_it_has(folds):
    one = page(made(3, "first"), made(3, "short"), made(50, "long"))
    folds.shut(one)
    (fold,) = one.select("details")
    assert fold.summary.get_text() == "long public record 50 rows"
    assert fold.select_one(".table-box > table > caption.visually-hidden").get_text() == "long"
    assert len(fold.select("tbody tr")) == 50
    once = str(one)
    folds.shut(one)
    assert str(one) == once


def test_a_title_that_another_extension_has_wrapped_stays_the_caption_of_the_table(folds):
    one = page(made(3, "first"), made(50, "long"))
    caption = one.select("caption")[1]
    held = one.new_tag("span")
    held.extend(list(caption.contents))
    caption.append(held)
    folds.shut(one)
    assert one.select_one("details caption.visually-hidden").get_text() == "long"


def test_the_table_that_a_page_opens_with_may_be_longer_but_not_without_end(folds):
    for rows, shut in ((50, False), (70, True)):
        one = page(made(rows, "first"))
        folds.shut(one)
        assert bool(one.select("details")) is shut
    after_a_picture = page('<figure class="result"></figure>', made(50, "second"))
    folds.shut(after_a_picture)
    assert after_a_picture.select("details")


def test_a_table_that_a_chapter_shut_says_its_rows_and_is_not_shut_twice(folds):
    one = page(
        made(3, "small", folded=True),
        f"<details><summary>both</summary>{made(60, 'a')}{made(1, 'b')}</details>",
    )
    folds.shut(one)
    assert [fold.summary.get_text() for fold in one.select("details")] == [
        "small public record 3 rows",
        "both",
    ]


def test_a_row_counts_as_many_lines_as_its_cells_take_on_a_phone(folds):
    def length(cell, kind):
        html = f'<table class="result {kind}"><tbody><tr><th>a</th><td>{cell}</td></tr></tbody></table>'
        return folds.lines(BeautifulSoup(html, "html.parser").table)

    assert length("x" * 260, "cards-m") - length("x", "cards-m") == 9
    assert length("x" * 44, "") - length("x", "") == 1


def drawn(name):
    return (
        f'<div class="cell"><figure class="result" id="{name}"><figcaption class="finding">{name} fell '
        '<span class="status">assumption</span></figcaption><svg></svg></figure></div>'
    )


def test_of_three_pictures_of_one_question_the_first_is_open_and_the_others_are_shut_by_their_findings(folds):
    one = page(
        f"<section><h2>Q</h2>{drawn('a')}{drawn('b')}{drawn('c')}</section><section>{drawn('d')}{drawn('e')}</section>"
    )
    folds.shut(one)
    assert [fold.summary.get_text() for fold in one.select("details")] == [
        "b fell assumption",
        "c fell assumption",
    ]
    assert [figure["id"] for figure in one.select("figure:not(details figure)")] == ["a", "d", "e"]
    assert one.select_one("#c figcaption").get_text() == "c fell assumption"
    once = str(one)
    folds.shut(one)
    assert str(one) == once


def test_the_numbers_of_a_picture_are_shut_and_a_note_goes_with_its_table(folds):
    one = page(
        drawn("a"),
        f'<div class="cell">{made(3, "numbers")}</div>',
        "<p>Baseline: all years.</p><p>So it fell.</p>",
    )
    folds.shut(one)
    (fold,) = one.select("details")
    assert fold.find_all(recursive=False)[-1].get_text() == "Baseline: all years."
    assert [p.get_text() for p in one.article.find_all("p", recursive=False)] == ["So it fell."]


def test_a_long_list_of_statements_is_shut_by_its_title_and_a_short_one_stays(folds):
    def told(size):
        return (
            f'<section class="result statements" aria-label="{size}"><p class="finding"><strong>{size} said</strong></p>'
            f"<ul>{'<li>' + 'word ' * 9 + '</li>'}</ul></section>".replace(
                "</ul>", "<li>word word word</li>" * size + "</ul>"
            )
        )

    one = page(told(3), told(300))
    folds.shut(one)
    assert [fold.summary.get_text() for fold in one.select("details.statements")] == ["300 said"]
    assert len(one.select("section.statements")) == 1


def test_a_section_that_begins_as_a_check_is_shut_by_its_heading_and_can_be_led_to(folds):
    check = f"<section id='b'><h2>Do they agree?</h2><p>{folds.CHECK} Four ways.</p><p>More.</p></section>"
    one = page(f"<section id='a'>{check}<section id='c'><h2>What of it?</h2><p>Text.</p></section></section>")
    folds.shut(one)
    (fold,) = one.select("details")
    assert fold.parent["id"] == "b"
    assert fold.summary.h2.get_text() == "Do they agree?"
    assert [part.get_text() for part in fold.select("p")] == [f"{folds.CHECK} Four ways.", "More."]
    once = str(one)
    folds.shut(one)
    assert str(one) == once
