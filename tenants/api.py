"""The programs' side of people and companies: who a token is, and what happened.

Read-only, in the scope of the token's company; the nouns of the connectors join it in their own package.
"""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from tenants import trail
from tenants.models import ApiToken, Tenant
from tenants.tokens import CompanyAPI, company_of, in_company


class CompanyFacts(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    time_zone = serializers.CharField()


class TokenFacts(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    role = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)


class EntryFacts(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    what = serializers.CharField()
    actor = serializers.CharField(help_text="Kind and id, such as person:0190… or system.")
    about = serializers.CharField(help_text="Kind and id of what it concerns.")
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)


class Query(serializers.Serializer[Any]):
    """What the list of entries can be asked; anything else is refused, so that a typing mistake is not a wider answer."""

    who = serializers.CharField(required=False, max_length=100, default="")
    what = serializers.CharField(required=False, max_length=100, default="")
    since = serializers.DateField(required=False, default=None)
    until = serializers.DateField(required=False, default=None)
    after = serializers.CharField(required=False, max_length=100, default="")
    rows = serializers.IntegerField(required=False, default=trail.ROWS, min_value=1, max_value=trail.ROWS_MAX)


class Me(CompanyAPI):
    """Its company, its role, and how long it is good for. A good first call."""

    action = "api.read"

    @extend_schema(
        summary="Who this token is",
        responses=inline_serializer("Me", {"company": CompanyFacts(), "token": TokenFacts()}),
    )
    @in_company
    def get(self, request: Request) -> Response:
        token = request.auth
        assert isinstance(token, ApiToken)
        tenant = Tenant.objects.get(pk=company_of(token))
        return Response({"company": CompanyFacts(tenant).data, "token": TokenFacts(token).data})


class Audit(CompanyAPI):
    """Send the onward of an answer as after, until it is empty: each entry comes once, also while new ones arrive."""

    action = "audit.read"

    @extend_schema(
        summary="The audit trail, newest first",
        parameters=[
            OpenApiParameter("who", OpenApiTypes.STR, description="An actor, such as person:0190…"),
            OpenApiParameter(
                "what", OpenApiTypes.STR, description="How what happened begins: membership, tenant …"
            ),
            OpenApiParameter("since", OpenApiTypes.DATE, description="From this day on."),
            OpenApiParameter("until", OpenApiTypes.DATE, description="Up to and with this day."),
            OpenApiParameter("after", OpenApiTypes.STR, description="The onward of the answer before."),
            OpenApiParameter("rows", OpenApiTypes.INT, description=f"1 to {trail.ROWS_MAX}."),
        ],
        responses=inline_serializer(
            "AuditPage", {"entries": EntryFacts(many=True), "onward": serializers.CharField()}
        ),
    )
    @in_company
    def get(self, request: Request) -> Response:
        asked = _asked(request)
        rows, after = asked.pop("rows"), asked.pop("after")
        leaf = trail.leaf(trail.Wanted(**asked), after=after, rows=rows)
        return Response({"entries": [trail.facts(e) for e in leaf.entries], "onward": leaf.onward})


def _asked(request: Request) -> dict[str, Any]:
    query = Query(data=request.query_params)
    if odd := sorted(set(request.query_params) - set(query.fields)):
        raise ValidationError(dict.fromkeys(odd[:5], "There is no such parameter."))
    query.is_valid(raise_exception=True)
    return dict(query.validated_data)
