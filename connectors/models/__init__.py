"""What is remembered: accounts in other systems, what was seen there, and what became of it elsewhere."""

from connectors.models.attempt import Attempt
from connectors.models.connection import Connection, State
from connectors.models.delivery import Act, Delivery, Status
from connectors.models.event import Event, Standing
from connectors.models.integration import Integration, Lane, Stage
from connectors.models.mapping import Mapping, Review
from connectors.models.pace import PaceBucket, PaceRows
from connectors.models.record import Record
from connectors.models.run import Run
from connectors.models.tokens import TokenRow

__all__ = [
    "Act",
    "Attempt",
    "Connection",
    "Delivery",
    "Event",
    "Integration",
    "Lane",
    "Mapping",
    "PaceBucket",
    "PaceRows",
    "Record",
    "Review",
    "Run",
    "Stage",
    "Standing",
    "State",
    "Status",
    "TokenRow",
]
