"""A table of worlds on the modelled surface: the smile goes with the forward, so each spot has its own.

Everything is MODEL, and of the uncut model: a sensitivity run's cut premiums are not in it.
"""

from collections.abc import Sequence

import numpy as np

from tomking.market.landscape import Axes, Landscape, factors
from tomking.market.marking import FORWARD, VOL, YEARS
from tomking.market.modelled import Columns, Instant, worked_out
from tomking.market.snapshot import Shock


def laid_over(columns: Columns, instants: Sequence[Instant], axes: Axes) -> Landscape:
    """What a table needs to know of some contracts.

    Parameters
    ----------
    instants
        One for each of the days gone by, index and VIX where they are now (``modelled.later``).
    """
    spots, rate = np.array(axes.spots), instants[0].carry.rate
    scratch = np.array(
        [[worked_out(columns, now, Shock(spot)) for spot in axes.spots] for now in instants]
    )
    share, of = np.unique(columns.per_index, return_inverse=True)
    level = share[:, None] * instants[0].index * (1.0 + spots)
    on_share = np.zeros(len(columns.strike), dtype=np.bool_)
    on_share[columns.early[columns.on_share]] = True
    over = np.isnan(scratch[:, 0, YEARS]).T
    early = np.zeros(len(columns.strike), dtype=np.bool_)
    early[columns.early] = True
    vol = np.where(over[..., None], 0.0, scratch[:, :, VOL].transpose(2, 0, 1))
    days = np.array([float(now.day) for now in instants])
    return Landscape(
        np.repeat(level[:, None], len(axes.vols), axis=1),
        of.astype(np.int64),
        np.where(over | ~columns.option[:, None], 0.0, scratch[:, 0, YEARS].T),
        np.where(on_share[:, None], 1.0, (scratch[:, 0, FORWARD] / level[of, 0]).T),
        np.where(on_share, rate - instants[0].carry.dividend_yield, 0.0),
        np.ascontiguousarray(vol),
        factors(np.maximum(columns.expiry[:, None] - days, 0.0), axes.vols),
        np.array(axes.days) / 365.0,
        rate,
        early,
    )
