"""Seven days and weeks that were bad, as the market closed: one row each.

Sources: S&P 500 closes of two public daily files that agree to 0.02; VIX closes and highs of Cboe's
history; VXO closes of FRED (VXOCLS), of which no highs are published. ``known`` marks a row whose
index closes were not read in such a file but agree with published daily changes.
"""

#: A row a stretch: the session before it and its close, the last session and its close; the volatility
#: index, its close before, and its highest figure of the stretch, which is a close or a high; the most
#: it may cost, as a share of net liquidation (rulebook 21.3; a dash where it names none); how it is
#: known.
TABLE = """
OCT_1987 1987-10-16 282.70  1987-10-19 224.84  VXO 36.37 150.19 close -   known
OCT_2008 2008-10-06 1056.89 2008-10-10 899.22  VIX 52.05 76.94  high  -   verified
AUG_2015 2015-08-19 2079.61 2015-08-25 1867.61 VIX 15.25 53.29  high  .30 verified
FEB_2018 2018-02-02 2762.13 2018-02-05 2648.94 VIX 17.31 38.80  high  .30 verified
MAR_2020 2020-03-13 2711.02 2020-03-16 2386.13 VIX 57.83 83.56  high  .30 verified
AUG_2024 2024-08-02 5346.56 2024-08-05 5186.33 VIX 23.39 65.73  high  -   verified
APR_2025 2025-04-02 5670.97 2025-04-08 4982.77 VIX 21.51 60.13  high  -   verified
"""

ROWS = tuple(tuple(line.split()) for line in TABLE.strip().splitlines())
