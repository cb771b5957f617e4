"""Programs at the door: a token names its company and its role, and nothing a program sends can change either.

Limits are per token and per company, shared by all processes.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any, ClassVar
from uuid import UUID

from allauth.account.adapter import get_adapter
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from tenants import audit
from tenants.access import may
from tenants.models import ApiToken, Tenant
from tenants.scoping import tenant_scope

Handler = Callable[..., Response]


class Bearer:
    """Who a token is, where the framework expects a user."""

    is_authenticated = True
    is_active = True

    def __init__(self, token: ApiToken) -> None:
        self.token = token
        self.pk = token.pk

    def __str__(self) -> str:
        return str(self.token)


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer mlc_…`. Wrong, revoked and expired ones get the same answer."""

    def authenticate(self, request: Request) -> tuple[Bearer, ApiToken] | None:
        scheme, _, text = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = ApiToken.find(text.strip())
        if token is None or not _company_is_open(token):
            raise AuthenticationFailed("This token is not valid. It may be revoked, expired or mistyped.")
        return Bearer(token), token

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        return "Bearer"


class MayAct(BasePermission):
    """Each view names its action; the token's role must have it."""

    message = "The role of this token does not allow it."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.auth, ApiToken) and may(request.auth.role, view.action)  # type: ignore[attr-defined]


class PerToken(SimpleRateThrottle):
    scope = "token"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:  # noqa: ARG002
        return f"api:token:{request.auth.pk}" if isinstance(request.auth, ApiToken) else None


class PerCompany(SimpleRateThrottle):
    scope = "company"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:  # noqa: ARG002
        return f"api:company:{request.auth.tenant_id}" if isinstance(request.auth, ApiToken) else None


class CompanyAPI(APIView):
    """A view of the API: token in, one company in scope, its action checked."""

    action: ClassVar[str]
    authentication_classes = (TokenAuthentication,)
    permission_classes = (MayAct,)
    throttle_classes = (PerToken, PerCompany)


def in_company(handler: Handler) -> Handler:
    """Run a handler in the scope of the token's company, with the token as the actor."""

    @wraps(handler)
    def inside(view: APIView, request: Request, *args: Any, **kwargs: Any) -> Response:
        token: ApiToken = request.auth  # type: ignore[assignment]
        with acting_as(request), tenant_scope(company_of(token)):
            return handler(view, request, *args, **kwargs)

    return inside


def acting_as(request: Request) -> AbstractContextManager[None]:
    """The token as the actor, for a handler that calls a vendor and opens the scope itself."""
    token: ApiToken = request.auth  # type: ignore[assignment]
    address = get_adapter().get_client_ip(request._request)
    return audit.acting(audit.Actor("token", str(token.pk), token.name, address))


def _company_is_open(token: ApiToken) -> bool:
    company = company_of(token)
    with tenant_scope(company):
        return Tenant.objects.filter(pk=company, deletion_due=None, destroyed_at=None).exists()


def company_of(token: ApiToken) -> UUID:
    return UUID(str(token.tenant_id))


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ARG002
        return {"type": "http", "scheme": "bearer", "description": "An API token of the company."}
