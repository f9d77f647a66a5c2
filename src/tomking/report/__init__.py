"""Values to pages: what a run found, as one HTML file without a link to anywhere, and as JSON.

It draws, words and checks; it measures nothing itself (``analysis`` does) and runs nothing. A report
with an impossible figure says so above everything else. Tests: ``tests/unit/report``.
"""
