"""How hypothesis runs here: a busy machine fails no test, and a failing example can be run again from the log."""

from hypothesis import HealthCheck, settings

settings.register_profile("warmlane", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("warmlane")
