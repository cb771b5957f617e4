"""The API explained on a page of our own, made from the same schema that programs fetch."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView

from tenants.access import open_to

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    summary: str
    description: str
    parameters: list[dict[str, Any]]


@open_to("anybody")
def reference(request: HttpRequest) -> HttpResponse:
    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    calls = [
        Call(
            method.upper(),
            path,
            call.get("summary", ""),
            call.get("description", ""),
            [p for p in call.get("parameters", ()) if p["in"] != "header"],
        )
        for path, methods in document["paths"].items()
        for method, call in methods.items()
        if method in METHODS
    ]
    return render(
        request, "tenants/reference.html", {"calls": calls, "base": request.build_absolute_uri("/api")}
    )


schema = open_to("anybody")(SpectacularAPIView.as_view(authentication_classes=(), permission_classes=()))
