"""Values to pages: one HTML file without a link to anywhere, and JSON.

Knows how a finding is drawn, worded and checked for impossible figures; refuses to know how a run is
made, and measures nothing itself (``analysis`` does). Tests: ``tests/unit/report``.
"""
