"""The commands before real money: the second switch, the refusals, the keys."""

import json
from collections.abc import Iterator

import pytest

from tomking.app import real_money
from tomking.app.cli import live, login
from tomking.app.desk_files import DeskFiles
from tomking.app.main import main
from tomking.app.running import Ended, Venue
from tomking.app.trading import Told
from tomking.core.evidence import Evidence
from tomking.data.live.market import passed
from worlds.board import board
from worlds.desk import bench
from worlds.rings import Pocket, Types
from worlds.standing import Standing, standing

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
    assert main(["init", "second"]) == 0
    assert main([*sign, "--account", "second"]) == 0
    capsys.readouterr()
    assert main(["live"]) == 3  # nobody signed for this account
    assert "deployment stage signed for: 0" in capsys.readouterr().out
    assert main([*sign, "--account", "paper"]) == 0
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


def test_a_switch_without_a_key_ring_names_its_own_variable(
    files: DeskFiles, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import keyring
    from keyring.backends.fail import Keyring as NoRing

    monkeypatch.setattr(keyring, "get_keyring", NoRing)
    assert main(["live", "enable"]) == 2
    assert "set TOMKING_LIVE_SWITCH=paper in the environment" in capsys.readouterr().err


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


@pytest.fixture(name="ready")
def _ready(files: DeskFiles, types: Types, monkeypatch: pytest.MonkeyPatch) -> Iterator[Standing]:
    """An account of which everything is ready but the broker's quotes; it stands where tests run."""
    monkeypatch.setenv("TOMKING_LIVE_SWITCH", "paper")
    monkeypatch.setenv("TOMKING_CLIENT_SECRET", "secret")
    monkeypatch.setenv("TOMKING_REFRESH_TOKEN", "refresh")
    files.settings.write_text('mode = "live"')
    sign = ["stage", "promote", "--account", "paper", "--reason", "ready", "--sign", "T. King"]
    assert main(sign) == 0
    types("LIVE paper")
    with standing() as there:
        monkeypatch.setattr(real_money, "Place", lambda: there.place)
        yield there


@pytest.mark.parametrize("level", ["demo", "delayed", "", None])
def test_quotes_that_are_not_of_now_are_refused_before_anything_begins(
    level: str | None,
    ready: Standing,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(real_money, "passed", lambda said: passed(said | {"level": level}))
    monkeypatch.setattr(real_money, "run", lambda *_: pytest.fail("it must not begin"))
    capsys.readouterr()
    assert main(["live"]) == 3
    said = capsys.readouterr().out
    assert said.count("refused: ") == 1
    assert "evidence of quotes: PROXY, must be LIVE" in said
    assert f"are of level {level or 'unknown'!r} and not 'api'" in said


def test_quotes_of_now_let_it_begin(ready: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[Evidence] = []

    def begins(told: Told, files: DeskFiles, venue: Venue, *_: object) -> Ended:
        begun.append(venue.evidence)
        return Ended(bench((), lambda at: board()).desk, "")

    monkeypatch.setattr(real_money, "run", begins)
    assert main(["live"]) == 0
    assert begun == [Evidence.LIVE]
