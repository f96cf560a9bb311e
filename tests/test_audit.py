"""An audit that had no answer is not one that found nothing."""

import json

import pytest

from tests import audit

GOOD = {"name": "a", "version": "1", "vulns": []}


@pytest.mark.parametrize(
    ("found", "status", "words"),
    [
        ([GOOD], 0, "No known fault in the 1 versions"),
        ([GOOD, {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1"}]}], 1, "b 2: PYSEC-1"),
        ([GOOD, {"name": "c", "skip_reason": "not found"}], 2, "did not answer for 1 of 2 packages (c)"),
        ([], 2, "did not answer"),
    ],
)
def test_what_the_service_said_is_told(found, status, words):
    made = audit.said(json.dumps({"dependencies": found}), "")
    assert made[0] == status
    assert words in made[1]


@pytest.mark.parametrize("out", ["", "<html>", "[]", "{}"])
def test_a_service_that_did_not_answer_is_said_to_have_not(out):
    status, sentence = audit.said(out, "ConnectionError: pypi.org")
    assert status == 2
    assert sentence.startswith("The advisory service did not answer")
    assert "pypi.org" in sentence
