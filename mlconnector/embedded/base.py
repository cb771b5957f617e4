"""Asks for the server at each connect: a process that outlives a restart of the database finds it again.

Nothing runs until a connection is wanted, so `--help`, type checks and system checks start no database.
"""

from __future__ import annotations

from typing import Any

from mlconnector import postgres, roles
from tenants.database import base


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        root = self.settings_dict["ROOT"]
        postgres.hold(root)
        server = postgres.start(root)
        roles.embedded(root, server)
        self.settings_dict |= {"HOST": server.host, "PORT": str(server.port)}
        return super().get_connection_params()
