"""The commands before real money: the second switch, the refusals, the keys."""

import json

import pytest

from tomking.app.cli import live, login
from tomking.app.desk_files import DeskFiles
from tomking.app.main import main
from worlds.rings import Pocket, Types

pytestmark = [pytest.mark.unit, pytest.mark.risk]


def test_real_money_is_refused_with_everything_that_is_missing(
    files: DeskFiles, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["live", "--json"]) == 3
    refused = [row["name"] for row in json.loads(capsys.readouterr().out)["refused"]]
    assert len(refused) == 4
    monkeypatch.setenv("TOMKING_LIVE_SWITCH", "paper")
    files.settings.write_text('mode = "live"')
    sign = ["stage", "promote", "--reason", "ready", "--sign", "T. King"]
    assert main(sign) == 0
    capsys.readouterr()
    assert main(["live"]) == 3
    said = capsys.readouterr().out
    assert said.count("refused: ") == 1
    assert "the word typed" in said


def test_the_switch_is_set_by_a_typed_word_and_taken_back_without(
    files: DeskFiles,
    types: Types,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ring = Pocket()
    monkeypatch.setattr(live, "OsRing", lambda: ring)
    types("yes")
    assert main(["live", "enable"]) == 2
    assert ring.kept == {}
    types("LIVE paper")
    assert main(["live", "enable"]) == 0
    assert ring.get("paper", "live_switch") == "on"
    assert main(["live", "disable"]) == 0
    assert ring.kept == {}
    monkeypatch.setenv("TOMKING_LIVE_SWITCH", "paper")
    capsys.readouterr()
    assert main(["live", "disable"]) == 0
    assert "still switches paper on" in capsys.readouterr().out
    assert main(["live", "start-now"]) == 2


def test_a_login_without_a_key_ring_names_the_environment(
    files: DeskFiles, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import keyring
    from keyring.backends.fail import Keyring as NoRing

    monkeypatch.setattr(keyring.core, "_keyring_backend", NoRing())
    monkeypatch.setattr(login, "_broker", lambda keys: "known")
    monkeypatch.setenv("TOMKING_CLIENT_SECRET", "s3cret")
    monkeypatch.setenv("TOMKING_REFRESH_TOKEN", "t0ken")
    assert main(["login"]) == 2
    said = capsys.readouterr()
    assert "no key ring: set TOMKING_CLIENT_SECRET" in said.err
    assert "s3cret" not in said.err + said.out
    monkeypatch.delenv("TOMKING_REFRESH_TOKEN")
    assert main(["login"]) == 2
