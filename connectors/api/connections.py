"""A company's connections as programs read and ping them. Of a secret nothing is said, not even its fingerprint."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from connectors.engine import dial
from connectors.models import Connection, State
from connectors.system import Colour, Mode
from tenants.models import ApiToken
from tenants.scoping import tenant_scope
from tenants.tokens import CompanyAPI, acting_as, company_of, in_company

ROWS_MAX = 500


class CheckFacts(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="Stable, such as permission:customers.")
    label = serializers.CharField()  # type: ignore[assignment]
    colour = serializers.ChoiceField(choices=[one.value for one in Colour])
    seen = serializers.CharField()
    remedy = serializers.CharField(allow_blank=True)


class ConnectionFacts(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    system = serializers.CharField()
    mode = serializers.ChoiceField(choices=[one.value for one in Mode])
    state = serializers.ChoiceField(choices=State.choices)
    why = serializers.CharField(allow_blank=True)
    checked_at = serializers.DateTimeField(allow_null=True, help_text="When it was last pinged.")


class ConnectionWhole(ConnectionFacts):
    checks = CheckFacts(many=True)


class Connections(CompanyAPI):
    """At most 500, by name. What each last ping found stands with the connection itself."""

    action = "connections.read"

    @extend_schema(summary="All connections", responses=ConnectionFacts(many=True))
    @in_company
    def get(self, request: Request) -> Response:  # noqa: ARG002
        rows = _rows().order_by("name", "pk")[:ROWS_MAX]
        return Response(ConnectionFacts(rows, many=True).data)


class One(CompanyAPI):
    """Its state and the checks of its last ping."""

    action = "connections.read"

    @extend_schema(summary="One connection", responses=ConnectionWhole)
    @in_company
    def get(self, request: Request, connection: UUID) -> Response:  # noqa: ARG002
        return Response(ConnectionWhole(get_object_or_404(_rows(), pk=connection)).data)


class Ping(CompanyAPI):
    """Calls the system and answers when every check is known; nothing is written there."""

    action = "connections.ping"

    @extend_schema(summary="Ping a connection", request=None, responses=ConnectionWhole)
    def post(self, request: Request, connection: UUID) -> Response:
        """No transaction is open while the system is called."""
        token = request.auth
        assert isinstance(token, ApiToken)
        with acting_as(request):
            with tenant_scope(company_of(token)):
                one = get_object_or_404(Connection, pk=connection)
            if one.kept:
                dial.ping(one)
        return Response(ConnectionWhole(one).data)


def _rows() -> Any:
    return Connection.objects.defer("sealed", "tokens", "settings", "kept")
