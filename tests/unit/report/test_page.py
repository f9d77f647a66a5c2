"""The page: one file, nothing fetched, assumptions first, the promised sentences in their places."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from tomking.report.findings import SAME_DAY
from tomking.report.page import page
from tomking.report.words import UNMEASURABLE
from unit.report.reports import report

pytestmark = pytest.mark.unit

VOID = {"meta", "br", "img", "link", "input", "hr", "use", "path"}


@pytest.fixture(scope="module")
def text() -> str:
    return page(report())


class Tags(HTMLParser):
    """Tags that are open, and identifiers seen."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value for key, value in attrs if key == "id" and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def test_nothing_is_fetched_from_anywhere(text: str) -> None:
    assert "http" not in text
    assert not re.findall(r"<(?:script|link|img|iframe)\b", text)
    assert "url(" not in re.sub(r"url\(#", "", text)
    assert all(target.startswith("#") for target in re.findall(r'(?:href|src)="([^"]*)"', text))


def test_every_tag_is_closed_and_every_name_is_used_once(text: str) -> None:
    seen = Tags()
    seen.feed(text)
    assert seen.open == []
    assert len(seen.ids) == len(set(seen.ids))


def test_every_link_within_the_page_leads_somewhere(text: str) -> None:
    for target in re.findall(r'<a href="#([^"]+)"', text):
        assert f'id="{target}"' in text


def test_the_same_report_is_the_same_page(text: str) -> None:
    assert page(report()) == text


def test_assumptions_and_inputs_stand_above_results(text: str) -> None:
    first = [text.index(words) for words in ("Half of it is made up.", "Made up.", 'id="found"')]
    assert first == sorted(first)
    assert text.index('id="found"') < text.index('id="a44500"')


def test_what_is_said_about_0dte_stands_under_its_figures_verbatim(text: str) -> None:
    assert SAME_DAY == (
        "What this says about 0DTE: that the machine, the sizes and the costs work; "
        "not whether the trade earns money."
    )
    own = text[text.index('id="a44500"') : text.index('id="a100000"')]
    assert own.index("<h4>Friday 0DTE</h4>") < own.index(SAME_DAY) < own.index("<h4>LT112</h4>")


@pytest.mark.parametrize(
    "words",
    [
        "tomking demo",
        "tomking backtest --capital 44500",
        "0000add4",
        "MODEL",
        "too few",
        UNMEASURABLE,
        "August 2015",
        "goal 88",
        "fade, credit 2.00 at VIX 11.00",
        "<svg",
        "Sensitivity",
        "Month by month",
        "bug report against the model until explained",
        "2018-01-08 11:00",
        "By hour, weekday and pattern",
        "VIX 5",
    ],
)
def test_the_page_holds_what_was_promised(text: str, words: str) -> None:
    assert words in text


def test_words_from_outside_cannot_become_markup() -> None:
    hostile = page(replace(report(), title="<b>& co", command="x</code><script>"))
    assert "&lt;b&gt;&amp; co" in hostile
    assert "<script>" not in hostile


def test_a_report_without_a_strip_and_with_one_account_is_a_page_too() -> None:
    sound = report()
    text = page(replace(sound, accounts=(replace(sound.accounts[0], strip=()),)))
    assert "Sensitivity" not in text
    assert "Side by side" not in text
