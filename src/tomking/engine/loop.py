"""The loop. Backtest, paper and live are this function with other arguments."""

from collections.abc import Iterator
from math import isnan

from tomking.core.money import usd
from tomking.core.restraints import Halted
from tomking.engine.adjusting import adjust
from tomking.engine.asked import ask
from tomking.engine.backstop import backstops
from tomking.engine.climbing import climb
from tomking.engine.close import close_of
from tomking.engine.desk import Desk
from tomking.engine.emergency import Hedge, attend, withdrawn
from tomking.engine.entries import already, entry, stale_openings
from tomking.engine.exits import exits, profit_orders
from tomking.engine.ladder import steps
from tomking.engine.late_close import Closes, made_up
from tomking.engine.mending import mend
from tomking.engine.offer import offer, verdict_on
from tomking.engine.ports import Broker, Clock, Inbox, Market, Tick
from tomking.engine.tend import adjustments, renewals
from tomking.engine.tied import stand_behind
from tomking.risk.breakers import tripped
from tomking.risk.view import View


def run(
    desk: Desk,
    *,
    clock: Clock,
    market: Market,
    broker: Broker,
    inbox: Inbox,
    hedge: Hedge | None = None,
    closes: Closes | None = None,
) -> Desk:
    """Trade until the clock stops, and return the desk as it then is."""
    for tick in clock.ticks(desk):
        now = market.at(tick.at)
        desk.note(inbox.take(tick.at, desk.standing))  # the brake first
        desk.note(broker.poll(now))  # facts
        view = desk.view(now)
        if not tick.closing and desk.note(made_up(desk, view, tick.at, closes)):
            view = desk.view(now)  # what losses are measured from comes before what they trip
        if desk.note(_halts(view)):
            view = desk.view(now)
        view, urgent = attend(
            desk, view, lambda order, seen: verdict_on(order, seen, broker), hedge,
            at_close=not tick.sends,
        )  # fmt: skip
        for order in urgent:
            view = offer(desk, view, order, broker, inbox)
        view = _tend(desk, view, broker, inbox, tick)
        for strategy in desk.strategies:  # entries whose slot it is, in the order of capacity
            if strategy.name in tick.due and not already(desk, view, strategy):
                wish = entry(desk, view, strategy)
                view = ask(desk, view, wish, strategy.name, broker, inbox, tick)
        if tick.closing:
            desk.note(close_of(view, broker))
    return desk


def _tend(desk: Desk, view: View, broker: Broker, inbox: Inbox, tick: Tick) -> View:
    """Risk comes off before it goes on: exits, profit orders, openings that waited too long."""
    if not tick.sends:
        return view
    view = mend(desk, view, broker, inbox)
    for order in exits(desk, view, tick.watch):
        view = offer(desk, view, order, broker, inbox)
    for tended in (*adjustments(desk, view, tick.watch), *renewals(desk, view, tick.renew)):
        view = adjust(desk, view, tended, broker, inbox)
    for behind in tuple(backstops(desk, view)):
        view = stand_behind(desk, view, behind, broker, inbox)
    for order in tuple(profit_orders(desk, view)):
        view = offer(desk, view, order, broker, inbox)
    for step in tuple(steps(desk, view)):
        view = climb(desk, view, step, broker, inbox)
    waited = [there.order.id for there in (*stale_openings(view), *withdrawn(view))]
    for order_id in dict.fromkeys((*waited, *sorted(desk.unwanted))):
        broker.cancel(order_id)
    asked = {
        there.order.closes for name, there in view.book.working.items() if name in desk.unwanted
    }
    desk.yielding &= asked
    desk.arming &= asked
    desk.unwanted.clear()
    return view


def _halts(view: View) -> Iterator[Halted]:
    """A halt for every lock that has tripped, with what there was then."""
    for lock, seen in tripped(view):
        there = None if isnan(view.net_liq) else usd(view.net_liq)
        yield Halted(view.market.at, lock, str(seen), there)
