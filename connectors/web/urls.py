"""The addresses of connections, below their company's."""

from django.urls import path

from connectors.web import connecting, connection, keys, listening, profile, settings

urlpatterns = [
    path("", connection.connections, name="connections"),
    path("new", connecting.connection_new, name="connection_new"),
    path("<uuid:connection>/", connection.connection, name="connection"),
    path("<uuid:connection>/ping", connection.ping, name="connection_ping"),
    path("<uuid:connection>/keys", keys.connection_keys, name="connection_keys"),
    path("<uuid:connection>/settings", settings.connection_settings, name="connection_settings"),
    path("<uuid:connection>/profile", profile.connection_profile, name="connection_profile"),
    path("<uuid:connection>/profile/check", profile.check, name="connection_profile_check"),
    path("<uuid:connection>/webhook", listening.register, name="connection_webhook"),
    path("<uuid:connection>/pause", connection.pause, name="connection_pause"),
    path("<uuid:connection>/resume", connection.resume, name="connection_resume"),
    path("<uuid:connection>/disconnect", connection.disconnect, name="connection_disconnect"),
]
