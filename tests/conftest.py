"""Properties are tried on the same examples in every run of the suite, and on new ones in a full one.

A red suite must be red for everybody. ``make prove`` sets ``TOMKING_FULL`` and looks further each time.
No example has a deadline: the first one compiles.
"""

import os

from hypothesis import settings

settings.register_profile("suite", max_examples=200, deadline=None, derandomize=True)
settings.register_profile("full", max_examples=200, deadline=None, derandomize=False)
settings.load_profile("full" if os.environ.get("TOMKING_FULL") == "1" else "suite")
