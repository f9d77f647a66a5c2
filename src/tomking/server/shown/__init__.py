"""What the exchange knows, as the broker's JSON: functions from values to dictionaries."""
