"""The programs that drive foreign clients are run where those are installed, and never imported here."""

collect_ignore = ["sdk.py"]
