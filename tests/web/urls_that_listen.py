"""The product's addresses with a door for events."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from mlconnector.urls import urlpatterns as product


def door(request: HttpRequest, hook: str) -> HttpResponse:
    return HttpResponse(status=204)


urlpatterns = [*product, path("hooks/<str:hook>", door, name="hook")]
