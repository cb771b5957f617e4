"""Measurements, printed as ratios against a floor of the same run; never a test, for machines differ.

`BENCHES` names them; an app above adds its own in `ready`. Each runs on a database made for it and thrown away.
"""

from tenants.benches import audit
from tenants.benches.measure import Bench

BENCHES: dict[str, Bench] = {"audit": audit.run}
