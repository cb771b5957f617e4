"""Every address of the product on one page."""

from django.urls import URLPattern, URLResolver, include, path

from connectors.web.hooks import hook
from mlconnector import pages, showcase
from tenants.admin import site as support

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.landing, name="landing"),
    path("theme", pages.theme, name="theme"),
    path("keys", pages.keys, name="keys"),
    path("", include("tenants.urls")),
    path("c/<slug:slug>/connections/", include("connectors.web.urls")),
    path("hooks/<str:door>", hook, name="hook"),
    path("api/connections/", include("connectors.api.urls")),
    path("admin/", support.urls),
    path("_/components", showcase.components, name="components"),
    path("_/components/dialog", showcase.component_dialog, name="component_dialog"),
]

handler400 = "mlconnector.pages.bad_request"
handler403 = "mlconnector.pages.forbidden"
handler404 = "mlconnector.pages.not_found"
handler500 = "mlconnector.pages.broken"
