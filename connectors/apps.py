"""The application of connections, flows and deliveries."""

from django.apps import AppConfig


class ConnectorsConfig(AppConfig):
    name = "connectors"

    def ready(self) -> None:
        from connectors.benches import BENCHES
        from tenants import benches

        benches.BENCHES.update(BENCHES)
