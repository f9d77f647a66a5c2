"""What is charged, as tables: commissions by product, exchange fees by root, levies by date.

Dollars a contract (a share for shares). A later row of the same thing takes over on its day; a day
before the first row is charged at the first. A mark after a figure says how far it can be trusted:
none is published, ``?`` is assumed. Sources are named by letter below.

A  tastytrade.com/commissions-and-fees, read 2026
B  the rule book's [DEFAULT]; tastytrade's own page has $0 to close options on futures, third-party pages
   of 2026 have the opening commission: the dearer is charged
C  tastytrade support 43000521134: one fee an index, no word of premium or series, though the exchange
   itself charges by both. XSP is free below ten contracts a leg; its heading there says $0.04
D  Interactive Brokers' table of exchange fees on futures options
E  CME's rate for non-members, 2023 (equity-index futures); community.optimusfutures.com (micros)
F  TradeStation's table of exchange fees on futures
G  CME's agricultural fee schedule of 1 April 2020 charges futures and options alike; the figure is F's
H  Federal Register, the SEC's yearly orders under section 31 (such as 90 FR 15492, 91 FR 10643)
I  FINRA By-Laws, Schedule A, section 1, by year (SR-FINRA-2024-019 for 2026); options on indexes are
   free of it (FINRA's answers, 400.5) and of section 31 (SEC rule 31(a)(11))
J  tastyworks support 43000435233, printed with the section 31 rate of 2018
K  tastyworks.com/commissions-and-fees, a copy without a date; taken from 2020
L  the sum over the exchanges as two brokers print it: SDIL in early 2023, Interactive Brokers in 2025
M  the certification service's bill of 1 June 2026, printed to the cent
N  nobody prints it: the future's own exchange fee stands in for its options'
O  tastytrade lists a fee for exercise and assignment; the copies of its page at hand lack the amount.
   Older third-party pages have $5.00; CME's own charge was $0.74 (livestock, 2020)
"""

#: A row a product: its first day; commission to open, to close, and the most a leg pays; clearing;
#: exchange fee where the root has no row; exercise, assignment or cash settlement; sources.
COMMISSIONS = """
shares         2026-01-01 0    0    -     0.0008 0     0     A
share_option   2026-01-01 1.00 0    10.00 0.10   0     5.00? A, settlement O
index_option   2026-01-01 1.00 0    -     0.10   0.65? 5.00? A, settlement O
future         2026-01-01 1.25 1.25 -     0.30   1.60? 0     A
micro_future   2026-01-01 0.85 0.85 -     0.30   0.50? 0     A
future_option  2026-01-01 2.50 2.50? -    0.30   1.60? 0.50? A, closing B, settlement O
micro_option   2026-01-01 1.50 1.50? -    0.30   0.50? 0.50? A, closing B, settlement O
"""

#: A row a root: the exchange's fee on the future or share itself, on an option, and sources. ``@10``: a
#: leg of fewer contracts is free of it.
EXCHANGE = """
ES  1.38 0.55  E, D
NQ  1.38 0.55  E, D
RTY 1.38 0.55  E, D
MES 0.37 0.20  E, D
MNQ 0.37 0.20  E, D
M2K 0.37 0.20  E, D
CL  1.50 1.50? F, N
MCL 0.50 0.20  F, D
GC  1.55 1.55? F, N
MGC 0.50 0.20  F, D
SI  1.55 1.55? F, N
ZB  0.87 0.87? F, N
ZN  0.80 0.80? F, N
6E  1.60 1.60? F, N
6A  1.60 1.60? F, N
6B  1.60 1.60? F, N
ZC  2.10 2.10? F, N
ZS  2.10 2.10? F, N
ZW  2.10 2.10? F, N
LE  2.10 2.10  F, G
HE  2.10 2.10  F, G
SPX -    0.65  C
VIX -    0.65  C
OEX -    0.40  C
XEO -    0.40  C
DJX -    0.18  C
RUT -    0.18  C
XSP -    0.07@10 C
"""

#: A row a rate: its name, what it is charged on, the products, its first day, the rate, the most of it a
#: leg pays, sources. ``contract`` is each one traded, ``sold`` each one sold, ``dollar`` of a sale.
LEVIES = """
NFA contract future,micro_future,future_option,micro_option 2026-01-01 0.02 - A
ORF contract share_option,index_option 2017-01-03 0.0388  -    J
ORF contract share_option,index_option 2020-01-01 0.0381  -    K
ORF contract share_option,index_option 2023-01-01 0.03005 -    L
ORF contract share_option,index_option 2025-03-03 0.02815 -    L
ORF contract share_option,index_option 2026-01-01 0.02    -    M
TAF sold     share_option 2012-07-01 0.002    -    I, J
TAF sold     share_option 2022-01-01 0.00218  -    I
TAF sold     share_option 2023-01-01 0.00244  -    I
TAF sold     share_option 2024-01-01 0.00279  -    I
TAF sold     share_option 2026-01-01 0.00329  -    I
TAF sold     shares       2012-07-01 0.000119 5.95 I, J
TAF sold     shares       2022-01-01 0.00013  6.49 I
TAF sold     shares       2023-01-01 0.000145 7.27 I
TAF sold     shares       2024-01-01 0.000166 8.30 I
TAF sold     shares       2026-01-01 0.000195 9.79 I
SEC dollar   shares,share_option 2014-03-18 0.0000221 - H
SEC dollar   shares,share_option 2015-02-14 0.0000184 - H
SEC dollar   shares,share_option 2016-02-16 0.0000218 - H
SEC dollar   shares,share_option 2017-07-04 0.0000231 - H
SEC dollar   shares,share_option 2018-05-22 0.0000130 - H
SEC dollar   shares,share_option 2019-04-16 0.0000207 - H
SEC dollar   shares,share_option 2020-02-18 0.0000221 - H
SEC dollar   shares,share_option 2021-02-25 0.0000051 - H
SEC dollar   shares,share_option 2022-05-14 0.0000229 - H
SEC dollar   shares,share_option 2023-02-27 0.0000080 - H
SEC dollar   shares,share_option 2024-05-22 0.0000278 - H
SEC dollar   shares,share_option 2025-05-14 0         - H
SEC dollar   shares,share_option 2026-04-04 0.0000206 - H
"""
