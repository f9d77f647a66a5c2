"""Reading words without a library."""

import pytest

from tomking.app.plain_words import JSON, Option, asks_help, page, read
from tomking.core.errors import ConfigError

pytestmark = pytest.mark.unit
OPTIONS = (Option("account", "which", "NAME"), JSON)


@pytest.mark.parametrize(
    ("words", "given"),
    [
        ([], {}),
        (["--json"], {"json": "yes"}),
        (["--account", "x"], {"account": "x"}),
        (["--account=x=y", "--json"], {"account": "x=y", "json": "yes"}),
        (["--account="], {"account": ""}),
        (["--account", "-x"], {"account": "-x"}),
    ],
)
def test_options_are_read(words: list[str], given: dict[str, str]) -> None:
    assert read(words, OPTIONS, "act") == given


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["x"], "No such option: x"),
        (["--colour"], "No such option: --colour"),
        (["--json=yes"], "No such option: --json"),
        (["--account"], "--account lacks its NAME"),
        (["--account", "--json"], "--account lacks its NAME"),
        (["--json", "--json"], "--json was said twice"),
    ],
)
def test_a_wrong_word_is_one_sentence_that_names_the_help(words: list[str], said: str) -> None:
    with pytest.raises(ConfigError, match="see `tomking act --help`") as refused:
        read(words, OPTIONS, "act")
    assert said in str(refused.value)


def test_the_help_page_names_every_option() -> None:
    assert asks_help(["--json", "-h"])
    assert asks_help(["--help"])
    assert not asks_help(["--json"])
    said = page("act", "It acts.", OPTIONS)
    assert said.splitlines()[0] == "usage: tomking act [OPTIONS]"
    assert "--account NAME  which" in said
