from hypothesis import HealthCheck, settings

# The same cases each time: a commit is not refused for what another one left to find.
settings.register_profile(
    "flows",
    deadline=None,
    max_examples=60,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("flows")
