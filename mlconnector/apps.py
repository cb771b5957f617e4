"""The project as an app, so that its own commands and start-up checks are found."""

from django.apps import AppConfig


class Wiring(AppConfig):
    name = "mlconnector"
    label = "mlconnector"
