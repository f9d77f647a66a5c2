"""What is traded, a row a root: figures and words as their venues print them.

Sources: CME contract specifications (multipliers, steps, styles, first days of ES, MES, MNQ, M2K,
MCL, MGC); Cboe specifications (SPX, XSP, NDX, RUT, VIX); tastytrade's chains (steps of SPY, QQQ,
IWM); rulebook 1.1. A blank first day is not known here and taken as listed since 1983. MES quotes
three times as wide as ES.
"""

#: A row a root: kind, dollars a point, step of the underlying; steps of its options below a switch,
#: the switch, from it on, and of a package; European or American; the large contract of a micro; first
#: day listed; quote width; price as a share of the S&P 500; minutes its options trade after the
#: session's close (not on their last day); name. A dash is a blank.
TABLE = """
ES  future      50     .25     .05     5     .25     .05     e -   1997-09-09 1 1   0  E-mini S&P 500 future
MES future      5      .25     .05     5     .25     .05     e ES  2019-05-06 3 1   0  Micro E-mini S&P 500 future
NQ  future      20     .25     .05     5     .25     .05     e -   1999-06-21 1 -   0  E-mini Nasdaq-100 future
MNQ future      2      .25     .05     5     .25     .05     e NQ  2019-05-06 3 -   0  Micro E-mini Nasdaq-100 future
RTY future      50     .10     .05     5     .10     .05     e -   -          1 -   0  E-mini Russell 2000 future
M2K future      5      .10     .05     5     .10     .05     e RTY 2019-05-06 3 -   0  Micro E-mini Russell 2000 future
CL  future      1000   .01     .01     0     .01     .01     a -   -          1 -   0  Crude oil future
MCL future      100    .01     .01     0     .01     .01     a CL  2021-07-12 3 -   0  Micro crude oil future
GC  future      100    .10     .10     0     .10     .10     a -   -          1 -   0  Gold future
MGC future      10     .10     .10     0     .10     .10     a GC  2010-10-04 3 -   0  Micro gold future
SI  future      5000   .005    .001    0     .001    .001    a -   -          1 -   0  Silver future
ZB  future      1000   .03125  .015625 0     .015625 .015625 a -   -          1 -   0  30-year Treasury bond future
ZN  future      1000   .015625 .015625 0     .015625 .015625 a -   -          1 -   0  10-year Treasury note future
6E  future      125000 .00005  .00005  .0005 .0001   .00005  e -   -          1 -   0  Euro future
6A  future      100000 .00005  .00005  .0005 .0001   .00005  e -   -          1 -   0  Australian dollar future
6B  future      62500  .0001   .0001   0     .0001   .0001   e -   -          1 -   0  British pound future
ZC  future      50     .25     .125    0     .125    .125    a -   -          1 -   0  Corn future
ZS  future      50     .25     .125    0     .125    .125    a -   -          1 -   0  Soybean future
ZW  future      50     .25     .125    0     .125    .125    a -   -          1 -   0  Wheat future
LE  future      400    .025    .025    0     .025    .025    a -   -          1 -   0  Live cattle future
HE  future      400    .025    .025    0     .025    .025    a -   -          1 -   0  Lean hog future
SPX broad_index 100    .01     .05     3     .10     .05     e -   1983-01-01 1 1   15 S&P 500 index
XSP broad_index 100    .01     .01     3     .05     .01     e -   2005-10-25 1 0.1 15 Mini S&P 500 index
NDX broad_index 100    .01     .05     3     .10     .05     e -   -          1 -   15 Nasdaq-100 index
RUT broad_index 100    .01     .05     3     .10     .05     e -   -          1 -   15 Russell 2000 index
VIX volatility  100    .01     .01     3     .05     .01     e -   2006-02-24 1 -   15 Cboe volatility index
SPY etf         100    .01     .01     0     .01     .01     a -   2005-01-10 1 0.1 15 SPDR S&P 500 ETF
QQQ etf         100    .01     .01     0     .01     .01     a -   -          1 -   15 Invesco QQQ ETF
IWM etf         100    .01     .01     0     .01     .01     a -   -          1 -   15 iShares Russell 2000 ETF
GLD etf         100    .01     .01     3     .05     .01     a -   -          1 -   0  SPDR gold shares
SLV etf         100    .01     .01     3     .05     .01     a -   -          1 -   0  iShares silver trust
TLT etf         100    .01     .01     3     .05     .01     a -   -          1 -   0  iShares 20+ year Treasury ETF
XLE etf         100    .01     .01     3     .05     .01     a -   -          1 -   0  Energy select sector ETF
XOP etf         100    .01     .01     3     .05     .01     a -   -          1 -   0  SPDR oil and gas exploration ETF
F:1    equity 1 .01 .01 0 .01 .01 a - - 1 - 0 Ford, a share at a time
AAPL:1 equity 1 .01 .01 0 .01 .01 a - - 1 - 0 Apple, a share at a time
"""

ROWS = tuple(tuple(line.split(maxsplit=14)) for line in TABLE.strip().splitlines())
