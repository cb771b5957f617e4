"""The programs' addresses of the connectors' nouns."""

from django.urls import path

from connectors.api import connections

urlpatterns = [
    path("", connections.Connections.as_view(), name="api_connections"),
    path("<uuid:connection>/", connections.One.as_view(), name="api_connection"),
    path("<uuid:connection>/ping", connections.Ping.as_view(), name="api_connection_ping"),
]
