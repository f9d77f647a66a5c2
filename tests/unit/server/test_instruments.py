"""Instruments and chains, read by the broker's own client."""

import pytest
from tastytrade.instruments import (
    Equity,
    Future,
    FutureOption,
    FutureOptionProduct,
    FutureProduct,
    NestedFutureOptionChain,
    NestedOptionChain,
    Option,
    get_future_option_chain,
    get_option_chain,
)
from tastytrade.utils import TastytradeError

from tomking.wire.symbols import contract_of, streamed_contract
from worlds.served import DAY, Served, play

pytestmark = pytest.mark.integration


def test_a_nested_chain_lists_both_roots_of_the_index_and_every_symbol_reads_back() -> None:
    async def scene(there: Served) -> None:
        chains = await NestedOptionChain.get(there.session, "SPX")
        assert {chain.root_symbol for chain in chains} == {"SPX", "SPXW"}
        strikes = [s for chain in chains for e in chain.expirations[:3] for s in e.strikes[:5]]
        for strike in strikes:
            assert contract_of(strike.put, DAY) == streamed_contract(
                strike.put_streamer_symbol, DAY
            )
            assert contract_of(strike.call, DAY).strike == strike.strike_price

    play(scene)


def test_a_nested_chain_of_futures_names_series_as_the_exchange_does() -> None:
    async def scene(there: Served) -> None:
        chain = await NestedFutureOptionChain.get(there.session, "ES")
        assert chain.futures[0].symbol == "/ESM7"
        expirations = chain.option_chains[0].expirations
        assert {"EW", "EW4", "ES"} <= {each.option_root_symbol for each in expirations}
        for each in expirations:
            strike = each.strikes[0]
            assert contract_of(strike.put, DAY) == streamed_contract(
                strike.put_streamer_symbol, DAY
            )

    play(scene)


def test_flat_chains_agree_with_single_instruments() -> None:
    async def scene(there: Served) -> None:
        spy = await get_option_chain(there.session, "SPY")
        first = next(iter(spy.values()))[0]
        assert await Option.get(there.session, first.symbol) == first
        es = await get_future_option_chain(there.session, "ES")
        other = next(iter(es.values()))[0]
        assert await FutureOption.get(there.session, other.symbol) == other

    play(scene)


def test_shares_futures_and_products_are_found_by_name() -> None:
    async def scene(there: Served) -> None:
        spy, missing = await Equity.get(there.session, "SPY"), there.session
        assert spy.is_etf
        assert not spy.is_index
        futures = await Future.get(there.session, product_codes=["ES"])
        assert [each.active_month for each in futures] == [True, False, False, False]
        assert await Future.get(there.session, futures[1].symbol) == futures[1]
        assert (await FutureProduct.get(there.session, "ZN")).code == "ZN"
        assert (await FutureOptionProduct.get(there.session, "LO")).root_symbol == "LO"
        with pytest.raises(TastytradeError, match="Couldn't find equity"):
            await Equity.get(missing, "NOPE")

    play(scene)
