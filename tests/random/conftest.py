"""This file says how many random examples are tried: the same 10 each time, or as many new ones as
are asked for."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
settings.register_profile(
    "same",
    max_examples=10,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=SLOW,
)
asked = int(os.environ.get("KEEPWELL_EXAMPLES") or 0)
settings.register_profile(
    "new", max_examples=asked or 100, deadline=None, print_blob=True, suppress_health_check=SLOW
)
settings.load_profile("new" if asked else "same")
