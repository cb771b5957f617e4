"""Every address of people and companies."""

from django.urls import URLPattern, URLResolver, include, path

from tenants import api
from tenants.views import account, api_tokens, companies, company, invitation, mailbox, people, support, trail
from tenants.views.reference import reference, schema

_company: list[URLPattern | URLResolver] = [
    path("", company.home, name="home"),
    path("people/", people.people, name="people"),
    path("people/invite", people.invite, name="invite"),
    path("people/invitations/<uuid:invitation>/resend", people.resend, name="invitation_resend"),
    path("people/invitations/<uuid:invitation>/revoke", people.revoke, name="invitation_revoke"),
    path("people/<uuid:member>/role", people.change_role, name="change_role"),
    path("people/<uuid:member>/remove", people.remove, name="remove"),
    path("company/", company.company, name="company"),
    path("company/two-factor", company.require_two_factor, name="require_two_factor"),
    path("company/close", company.close, name="company_close"),
    path("company/closing", company.closing, name="company_closing"),
    path("company/keep", company.keep, name="company_keep"),
    path("company/leave", company.leave, name="leave"),
    path("tokens/", api_tokens.tokens, name="tokens"),
    path("tokens/new", api_tokens.token_new, name="token_new"),
    path("tokens/<uuid:token>/revoke", api_tokens.token_revoke, name="token_revoke"),
    path("audit/", trail.audit, name="audit"),
    path("audit/verify", trail.audit_verify, name="audit_verify"),
    path("audit/export.<str:kind>", trail.audit_export, name="audit_export"),
    path("audit/<uuid:entry>", trail.audit_entry, name="audit_entry"),
    path("support/", support.support, name="support"),
    path("support/<uuid:access>/end", support.support_end, name="support_end"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("companies/", companies.companies, name="companies"),
    path("companies/new", companies.company_new, name="company_new"),
    path("c/<slug:slug>/", include(_company)),
    path("invitations/<str:token>", invitation.invitation, name="invitation"),
    path("account/", account.account, name="account"),
    path("account/sessions/<int:pk>/end", account.end_signin, name="end_signin"),
    path("account/", include("allauth.urls")),
    path("demo/mail", mailbox.mailbox, name="mailbox"),
    path("api/", reference, name="api"),
    path("api/schema", schema, name="api_schema"),
    path("api/me", api.Me.as_view(), name="api_me"),
    path("api/audit", api.Audit.as_view(), name="api_audit"),
]
