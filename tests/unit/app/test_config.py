"""Settings: the default is the rulebook, a file changes what it says, a mistake is told by its line."""

from dataclasses import fields
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from architecture.tree import PACKAGE
from tomking.app import strategies
from tomking.app.config.layers import lines, presets
from tomking.app.config.load import FILE, Settings, load
from tomking.app.config.models import limits
from tomking.app.config.rows import rows
from tomking.app.config.text import default_text, shipped_plans
from tomking.core.errors import ConfigError
from tomking.exchange.assignment import Mode
from tomking.exchange.working import LATENCY_S
from tomking.risk.limits import Limits
from tomking.strategies.plan import Plan
from tomking.strategies.tune import tunables, tune

pytestmark = pytest.mark.unit
SHIPPED = tuple(shipped_plans())


def settings(text: str) -> Settings:
    """What a file of this text, in the folder one stands in, makes of the default."""
    Path(FILE).write_text(text, encoding="utf-8")
    return load()


def test_the_default_is_the_rulebook_to_the_letter() -> None:
    found = load()
    assert found.limits == Limits()
    assert repr(found.limits) == repr(Limits())  # a run by the default hashes like one by the code
    assert found.tunings == {}
    assert strategies.chosen((), found.tunings) == strategies.chosen()
    assert (found.capital, found.seed, found.scale) == (Decimal(44500), 1, "rebase")
    assert (found.early_exercise, found.latency_s) == (Mode.RATIONAL, LATENCY_S)
    assert repr(found.capital) == "Decimal('44500')"
    assert found.files == ("preset default",)


def test_the_shipped_default_says_what_the_code_says() -> None:
    """When this fails: python -m tomking.app.config.text > …/presets/default.toml."""
    shipped = PACKAGE / "app" / "config" / "presets" / "default.toml"
    assert shipped.read_text(encoding="utf-8") == default_text(shipped_plans())


def test_every_limit_and_every_figure_of_a_plan_has_a_key_and_a_rule() -> None:
    keys = {row.key: row for row in rows(load())}
    assert {f"limits.{f.name}" for f in fields(Limits)} <= set(keys)
    for name in SHIPPED:
        assert {f"strategies.{name}.{key}" for key in tunables(strategies.plan(name))} <= set(keys)
    assert [key for key, row in keys.items() if key.startswith("limits.") and not row.rule] == []
    assert [key for key, row in keys.items() if key.startswith("strateg") and not row.rule] == []
    assert [key for key, row in keys.items() if row.changed] == []


@pytest.mark.parametrize("name", presets())
def test_every_preset_loads_and_says_where_its_figures_come_from(name: str) -> None:
    found = load(None, name)
    changed = [row for row in rows(found) if row.changed]
    assert bool(changed) is (name != "default")
    assert {row.source.split(":")[0] for row in changed} <= {f"preset {name}"}


def test_the_presets_differ_where_their_documents_do() -> None:
    protocol, breakdown = load(None, "protocol-v17").limits, load(None, "breakdown-v18").limits
    assert (protocol.vix_table, breakdown.vix_table) == ("A_PUTS", "B")
    assert [group for group, _ in protocol.groups] != [group for group, _ in breakdown.groups]
    assert breakdown.pattern_mode == "enforce"


def test_a_file_changes_what_it_says_and_nothing_else() -> None:
    found = settings("[limits]\nloss_day_max = 0.5\n")
    assert found.limits.loss_day_max == 0.5  # raising a limit works: this is for a backtest
    assert [row.key for row in rows(found) if row.changed] == ["limits.loss_day_max"]
    assert found.sources["limits.loss_day_max"] == "tomking.toml:2"


def test_a_row_of_a_table_is_laid_over_the_table() -> None:
    found = settings("[limits.group_max]\nA1 = 4\n[limits.contracts_by_gbp.lt112]\n30000 = 2\n")
    assert dict(found.limits.group_max) == {**dict(Limits().group_max), "A1": 4}
    assert dict(found.limits.contracts_by_gbp).keys() == {"friday_0dte", "lt112"}
    again = settings("[limits.group_reserve.A1]\nfriday_0dte = 0\n").limits
    assert again.group_reserve == (("A1", "friday_0dte", 0),)


def test_bands_are_replaced_whole() -> None:
    found = settings("[limits.vix_bands]\n1e9 = 0.5\n20 = 0.6\n")
    assert found.limits.vix_bands == ((20, 0.6), (1e9, 0.5))


def test_bands_that_are_written_out_bind_whatever_table_a_preset_names() -> None:
    bands = "[limits.vix_bands]\n20 = 0.6\n1e9 = 0.5\n"
    assert settings(f'preset = "protocol-v17"\n{bands}').limits.vix_table == "bands"
    both = settings(f'preset = "protocol-v17"\n[limits]\nvix_table = "C"\n{bands}')
    assert both.limits.vix_table == "C"


def test_groups_are_laid_out_whole_and_their_limits_know_them() -> None:
    text = '[limits.group_max]\nSHARES = 2\n[limits.groups]\nSHARES = ["SPY", "ES"]\n'
    found = settings(text).limits
    assert found.groups == (("SHARES", ("SPY", "ES")),)
    assert dict(found.group_max)["SHARES"] == 2
    with pytest.raises(ConfigError, match=r"unknown key limits\.group_max\.BONDS"):
        settings(text.replace("SHARES = 2", "BONDS = 2"))
    with pytest.raises(ConfigError, match="a table of lists of roots"):
        settings("[limits.groups]\nSHARES = 3\n")


@pytest.mark.rule("R-POS-08")
def test_limits_know_every_variant_that_is_announced() -> None:
    told = {(one.variant_of, name) for name, one in strategies.found().items() if one.is_variant}
    known = {(head, name) for head, members in Limits().variants for name in members}
    assert known == told


@pytest.mark.rule("R-POS-08")
def test_a_users_plan_is_held_to_what_it_is_a_variant_of(home: Path) -> None:
    path = home / "strategies" / "lazy.py"
    path.parent.mkdir(parents=True)
    path.write_text(
        "from dataclasses import replace\nfrom tomking.strategies.lt112 import LT112\n"
        'LAZY = replace(LT112, name="lazy", title="Lazy LT112", variant_of="lt112")\n',
        encoding="utf-8",
    )
    assert "lazy" in dict(load().limits.variants)["lt112"]
    apart = settings('[limits.variants]\nown = ["lazy"]\n').limits
    assert dict(apart.variants)["own"] == ("lazy",)
    assert dict(apart.variants)["lt112"] == dict(Limits().variants)["lt112"]


def test_a_plan_is_tuned_by_either_way_of_writing_its_keys() -> None:
    quoted = settings('[strategies.lt112]\n"naked puts.ProfitBelow.of_premium" = 0.8\n')
    bare = settings("[strategies.lt112]\nLossBelow.of_premium = 1\nCreditAtLeast.points = 12\n")
    assert quoted.tunings == {"lt112": {"naked puts.ProfitBelow.of_premium": 0.8}}
    assert bare.tunings["lt112"]["LossBelow.of_premium"] == 1
    row = next(row for row in rows(bare) if row.key.endswith("lt112.LossBelow.of_premium"))
    assert (row.value, row.default, row.source) == (1.0, 2.0, "tomking.toml:2")


def test_a_file_may_begin_from_a_preset_and_wins_over_it() -> None:
    found = settings('preset = "breakdown-v18"\n[limits]\nvega_max_usd = 100\n')
    assert found.limits.vega_max_usd == 100
    assert found.limits.pattern_mode == "enforce"
    assert found.files == ("preset default", "preset breakdown-v18", "tomking.toml")
    assert load(None, "protocol-v17").files[1] == "preset protocol-v17"


def test_a_file_in_the_home_is_read_when_there_is_none_here(home: Path) -> None:
    home.mkdir()
    (home / FILE).write_text("[backtest]\nseed = 7\n", encoding="utf-8")
    assert load().seed == 7
    assert settings("[backtest]\nseed = 8\n").seed == 8


@given(
    st.sampled_from([name for name, limit in limits().items() if limit.hint is float]), st.data()
)
def test_any_figure_within_its_bounds_is_taken(name: str, data: st.DataObject) -> None:
    limit = limits()[name]
    wanted = data.draw(st.floats(limit.low, limit.high))
    assert getattr(settings(f"[limits]\n{name} = {wanted!r}\n").limits, name) == wanted


MISTAKES = [
    ("[limits]\nvix_opn_max = 3", "tomking.toml:2: unknown key limits.vix_opn_max; did you mean"),
    ("vix_open_max = 3", "did you mean 'limits.vix_open_max'"),
    ("[acount]\n", "unknown key acount; did you mean 'account'"),
    ("[limits]\nvix_open_max = 99", "must be from 0 to 60, in points (R-VIX-02)"),
    ("[limits]\nvix_open_max = nan", "must be from 0 to 60, in points (R-VIX-02)"),
    ("[limits]\nvix_open_max = '30'", "must be from 0 to 60, in points (R-VIX-02)"),
    ("[limits]\nstage = true", "must be whole, from 0 to 4"),
    ("[limits]\nstage = 1.5", "must be whole, from 0 to 4"),
    ("[limits]\nstage = 2020-01-01", "must be whole, from 0 to 4"),
    ("[limits]\npattern_mode = 'x'", "must be one of record, enforce (R-PAT-01)"),
    ("[limits]\ngroup_max = 3", "must be a table of figures"),
    ("[limits.group_max]\nA9 = 1", "unknown key limits.group_max.A9; choose one of A1"),
    ("[limits.group_max]\nA1 = -1", "limits.group_max.A1 = -1 is not allowed"),
    ("[limits.positions_by_strategy]\nlt12 = 3", "did you mean 'lt112'"),
    ("[limits.vix_bands]\nx = 0.5", "a key of this table is a number"),
    ("[limits.vix_bands]\n", "at least one row"),
    ("[limits.bp_by_phase]\nnan = 0.5", "every key a finite number"),
    ("[limits]\nphases_usd = [1, 2, 3]", "must be 4 figures, each above the last"),
    ("[limits]\nphases_usd = [4, 3, 2, 1]", "must be 4 figures, each above the last"),
    ("limits = 3", "limits = 3 is not allowed: it must be a table"),
    ("[strategies.lt12]\ndte = 3", "unknown strategy 'lt12'; did you mean 'lt112'"),
    ("[strategies.lt112]\ndtee = 3", "has no figure 'dtee'; did you mean 'dte'"),
    ("[strategies.lt112]\ndte = -3", "lt112.dte = -3: it must be a whole number from 0"),
    ("[strategies.lt112]\nwatch_min = 60\ndte = -3", "tomking.toml:3: lt112.dte = -3"),
    ("[strategies.lt112]\n\ndtee = 3", "tomking.toml:3: the plan lt112 has no figure 'dtee'"),
    (
        '[strategies.friday_0dte_high_vix]\n"VixAbove.floor" = 40',
        "it is never entered: VIX may not be under 40 nor over 30",
    ),
    ("[strategies]\nlt112 = 3", "must be a table"),
    ("[account]\ncapital = -5", "must be from 1 to 1,000,000,000, in dollars"),
    ("[account]\ncapital = inf", "must be from 1 to 1,000,000,000, in dollars"),
    ("[backtest]\nfill = 'x'", "tomking.toml:2: unknown fill model 'x'; choose natural"),
    ("[backtest]\nearly_exercise = 'of'", "tomking.toml:2: unknown early exercise 'of'; did you"),
    ("[backtest]\nlatency_s = -1", "must be from 0 to 600, in seconds"),
    ("[backtest]\nlatency_s = nan", "must be from 0 to 600, in seconds"),
    ("[backtest]\nlatency_s = '1'", "must be from 0 to 600, in seconds"),
    ("[backtest]\nlatency = 1", "unknown key backtest.latency; did you mean 'backtest.latency_s'"),
    ("[backtest]\nstrategies = ['lt12']", "unknown strategy 'lt12'"),
    ("preset = 'x'", "tomking.toml:1: unknown preset 'x'; choose one of default"),
    ("= 3", "is not TOML: Invalid statement (at line 1, column 1)"),
    ("[limits]\nstage = 1\nstage = 2", "is not TOML"),
]


@pytest.mark.parametrize(("text", "said"), MISTAKES)
def test_a_mistake_is_told_with_its_key_and_what_is_allowed(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as told:
        settings(text)
    assert said in str(told.value)
    assert str(told.value).startswith("tomking.toml")
    assert "\n" not in str(told.value)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be read: No such file"):
        load(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match=r"cannot be read: Is a directory"):
        load(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b"x = '\xe9'")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load(tmp_path / "latin.toml")


def test_lines_are_found_under_their_tables() -> None:
    text = '# c\nx = 1\n[a]\n"b.c" = 2  # d = 3\n[a . e]\nf=4\n'
    assert lines(text) == {"x": 2, "a": 3, "a.b.c": 4, "a.e": 5, "a.e.f": 6}


def test_settings_reach_the_plan_they_are_for() -> None:
    found = settings("[strategies.lt112]\nCreditAtLeast.points = 12\n")
    plan = strategies.chosen((), found.tunings)[1]
    assert isinstance(plan, Plan)
    assert plan == tune(strategies.plan("lt112"), {"CreditAtLeast.points": 12})
