"""What is remembered: accounts in other systems, and how fast each may be called."""

from connectors.models.attempt import Attempt
from connectors.models.connection import Connection, State
from connectors.models.pace import PaceBucket, PaceRows
from connectors.models.tokens import TokenRow

__all__ = ["Attempt", "Connection", "PaceBucket", "PaceRows", "State", "TokenRow"]
