"""Structures by their shape: one row a pattern, in the words of the field.

A pattern is what a set of legs comes to when quantities share no factor, strikes are letters from the
lowest up and expiries numbers from the nearest on: ``+1Pa -1Pb -1Cc +1Cd`` is an iron condor. ``S`` is
the shares or the future itself, in lots. ``n``, ``m`` and ``k`` stand for any number from 1. Where two
rows have one pattern the first whose condition holds is taken; the conditions are in ``recognise``.

The name may use ``{n}``, ``{m}`` and ``{k}``.
"""

#: pattern | condition or nothing | name
TABLE = """
+1S                            |            | long {outright}
-1S                            |            | short {outright}
+1Ca                           |            | long call
-1Ca                           |            | short call
+1Pa                           |            | long put
-1Pa                           |            | short put

+1Ca -1Cb                      |            | call debit vertical
-1Ca +1Cb                      |            | call credit vertical
-1Pa +1Pb                      |            | put debit vertical
+1Pa -1Pb                      |            | put credit vertical
+nCa -mCb                      | net short  | call ratio {n}x{m}
-nPa +mPb                      | net short  | put ratio {m}x{n}
-nCa +mCb                      | net long   | call backspread {n}x{m}
+nPa -mPb                      | net long   | put backspread {m}x{n}
+nCa -mCb                      |            | call debit ratio {n}x{m}
-nPa +mPb                      |            | put debit ratio {m}x{n}
-nCa +mCb                      |            | call credit ratio {n}x{m}
+nPa -mPb                      |            | put credit ratio {m}x{n}

-1Pa -1Ca                      |            | short straddle
+1Pa +1Ca                      |            | long straddle
-1Pa -1Cb                      |            | short strangle
+1Pa +1Cb                      |            | long strangle
-1Ca -1Pb                      |            | short guts
+1Ca +1Pb                      |            | long guts
-nPa -mCb                      |            | ratio strangle {n}x{m}
-nPa -mCa                      |            | ratio straddle {n}x{m}
-1Pa +1Ca                      |            | synthetic long
+1Pa -1Ca                      |            | synthetic short
-1Pa +1Cb                      |            | bullish risk reversal
+1Pa -1Cb                      |            | bearish risk reversal

+1Ca -2Cb +1Cc                 | even       | long call butterfly
+1Pa -2Pb +1Pc                 | even       | long put butterfly
-1Ca +2Cb -1Cc                 | even       | short call butterfly
-1Pa +2Pb -1Pc                 | even       | short put butterfly
+1Ca -2Cb +1Cc                 |            | broken wing call butterfly
+1Pa -2Pb +1Pc                 |            | broken wing put butterfly
-1Ca +2Cb -1Cc                 |            | short broken wing call butterfly
-1Pa +2Pb -1Pc                 |            | short broken wing put butterfly
+nCa -mCb +kCc                 | net flat   | unbalanced call butterfly {n}-{m}-{k}
+nPa -mPb +kPc                 | net flat   | unbalanced put butterfly {n}-{m}-{k}
-2Pa -1Pb +1Pc                 |            | 1-1-2
+1Ca -1Cb -2Cc                 |            | call 1-1-2
-1Pa -1Pb +1Pc                 |            | put ladder
+1Ca -1Cb -1Cc                 |            | call ladder
+1Pa +1Pb -1Pc                 |            | short put ladder
-1Ca +1Cb +1Cc                 |            | short call ladder
-1Pa -1Cb +1Cc                 |            | jade lizard
-1Pa -1Ca +1Cb                 |            | big lizard
+1Pa -1Pb -1Cc                 |            | reverse jade lizard
+1Pa -1Pb -1Cb                 |            | reverse big lizard

+1Pa -1Pb -1Cc +1Cd            |            | iron condor
-1Pa +1Pb +1Cc -1Cd            |            | reverse iron condor
+1Pa -1Pb -1Cb +1Cc            | even       | iron butterfly
+1Pa -1Pb -1Cb +1Cc            |            | broken wing iron butterfly
-1Pa +1Pb +1Cb -1Cc            |            | reverse iron butterfly
+1Ca -1Cb -1Cc +1Cd            | even       | long call condor
+1Pa -1Pb -1Pc +1Pd            | even       | long put condor
-1Ca +1Cb +1Cc -1Cd            | even       | short call condor
-1Pa +1Pb +1Pc -1Pd            | even       | short put condor
+1Ca -1Cb -1Cc +1Cd            |            | broken wing call condor
+1Pa -1Pb -1Pc +1Pd            |            | broken wing put condor
-1Ca +1Cb +1Cc -1Cd            |            | short broken wing call condor
-1Pa +1Pb +1Pc -1Pd            |            | short broken wing put condor
+1Ca +1Cb -1Cc -1Cd            |            | two call debit verticals
-1Ca -1Cb +1Cc +1Cd            |            | two call credit verticals
-1Pa -1Pb +1Pc +1Pd            |            | two put debit verticals
+1Pa +1Pb -1Pc -1Pd            |            | two put credit verticals
-1Pa +1Ca +1Pb -1Cb            |            | long box
+1Pa -1Ca -1Pb +1Cb            |            | short box

+1S -1Ca                       |            | covered call
-1S -1Pa                       |            | covered put
+1S +1Pa                       |            | protective put
-1S +1Ca                       |            | protective call
+1S +1Pa -1Cb                  |            | collar
-1S -1Pa +1Cb                  |            | reverse collar
+1S +1Pa -1Ca                  |            | conversion
-1S -1Pa +1Ca                  |            | reversal
+1S -1Pa -1Cb                  |            | covered strangle
+1S -1Pa -1Ca                  |            | covered straddle
+nS -mCa                       | net short  | ratio call write {n}x{m}
+nS -mCa                       |            | covered call on {m} of {n} lots

-1Ca1 +1Ca2                    |            | call calendar
-1Pa1 +1Pa2                    |            | put calendar
+1Ca1 -1Ca2                    |            | short call calendar
+1Pa1 -1Pa2                    |            | short put calendar
-1Cb1 +1Ca2                    | deep       | poor man's covered call
-1Pa1 +1Pb2                    | deep       | poor man's covered put
-1Cb1 +1Ca2                    |            | call diagonal
-1Ca1 +1Cb2                    |            | call diagonal
-1Pa1 +1Pb2                    |            | put diagonal
-1Pb1 +1Pa2                    |            | put diagonal
+1Cb1 -1Ca2                    |            | short call diagonal
+1Ca1 -1Cb2                    |            | short call diagonal
+1Pa1 -1Pb2                    |            | short put diagonal
+1Pb1 -1Pa2                    |            | short put diagonal
-1Pa1 -1Cb1 +1Pa2 +1Cb2        |            | double calendar
-1Pa1 -1Ca1 +1Pa2 +1Ca2        |            | straddle calendar
-1Pb1 -1Cc1 +1Pa2 +1Cd2        |            | double diagonal
-2Pa1 -1Pb2 +1Pc2              |            | calendarised 1-1-2
"""
