"""The admin for support staff: it reads, shows no secret, and writes every look down in the trail of whom it concerns.

A company's rows are seen only while an access to it is open, which needs a reason and ends by itself.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.account.utils import get_next_redirect_url
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from tenants import audit
from tenants.forms import OpenAccess
from tenants.models import AuditEntry, Membership, Person, SupportAccess, Tenant
from tenants.scoping import everywhere, tenant_scope
from tenants.signin import has_two_factor, used_two_factor
from tenants.support import tell_owners


class SupportSite(admin.AdminSite):
    """Only for support staff, signed in through the front door and with a second factor."""

    site_header = site_title = "ml-connector support"
    index_title = "Companies and people"
    site_url = "/companies/"

    def has_permission(self, request: HttpRequest) -> bool:
        return (
            isinstance(request.user, Person)
            and request.user.is_active
            and request.user.is_staff
            and has_two_factor(request.user)
            and used_two_factor(request)
        )

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # noqa: ARG002
        """Nobody signs in here: strangers are led to the front door, staff without a second factor to its set-up."""
        following = get_next_redirect_url(request) or request.get_full_path()
        if not isinstance(request.user, Person):
            return redirect_to_login(following)
        if not request.user.is_staff:
            raise Http404
        if not has_two_factor(request.user):
            messages.error(request, "Support needs two-factor. Turn it on, then sign in again.")
            return redirect("mfa_index")
        if not used_two_factor(request):
            messages.error(request, "Sign in again with your second factor to enter the support pages.")
            return redirect("account_logout")
        return redirect(following)

    def password_change(self, *_: Any, **__: Any) -> Any:
        return redirect("account_change_password")


site = SupportSite(name="admin")


class Looking(admin.ModelAdmin):
    """Reads only. Each look is recorded where it belongs before anything is shown."""

    actions = None
    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return site.has_permission(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return site.has_permission(request)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        self._note(request, f"list of {self.opts.verbose_name_plural}", opened(request))
        with everywhere(f"support: list of {self.opts.verbose_name_plural}"):
            return drawn(super().changelist_view(request, extra_context))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        now_open = opened(request)
        with everywhere(f"support: one of {self.opts.verbose_name_plural}"):
            row = self.get_object(request, object_id or "")
            concerned = self.concerned(row) & now_open if row else set()
        if row is None or not concerned:
            return redirect(f"admin:tenants_{self.opts.model_name}_changelist")
        self._note(request, audit.name_of(row), concerned)
        with everywhere(f"support: one of {self.opts.verbose_name_plural}"):
            return drawn(super().changeform_view(request, object_id, form_url, extra_context))

    def add_view(self, *_: Any, **__: Any) -> HttpResponse:
        raise PermissionDenied

    delete_view = add_view

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:  # noqa: ARG002
        raise Http404

    def concerned(self, row: Any) -> set[UUID]:
        """The companies that a row belongs to. Asked inside `everywhere`."""
        return {row.tenant_id}

    def _note(self, request: HttpRequest, about: str, tenants: Iterable[UUID]) -> None:
        for tenant in tenants:
            with audit.acting(staff(request)), tenant_scope(tenant):
                audit.record("support.looked", about=about)


class OfCompany(Looking):
    """Rows of the companies that this member of the staff may look into now."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(tenant__in=opened(request))


@admin.register(Tenant, site=site)
class TenantAdmin(Looking):
    """The directory of companies: their names only, until an access is open."""

    list_display = ("name", "slug", "created_at", "deletion_due", "destroyed_at", "support_access")
    search_fields = ("name", "slug")
    fields = (
        "name",
        "slug",
        "time_zone",
        "locale",
        "requires_two_factor",
        "created_at",
        "deletion_due",
        "destroyed_at",
    )
    change_form_template = "admin/tenants/tenant.html"

    def get_urls(self) -> list[Any]:
        opening = path(
            "<uuid:tenant>/open/", self.admin_site.admin_view(self.open_access), name="open_support_access"
        )
        return [opening, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tenant]:
        self.now_open = opened(request)
        return super().get_queryset(request).defer("keys", "audit_key")

    @admin.display(description="Support access")
    def support_access(self, row: Tenant) -> str:
        return "open" if row.pk in self.now_open else ""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        opened(request)
        with everywhere("support: directory of companies"):
            return drawn(admin.ModelAdmin.changelist_view(self, request, extra_context))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        if not any(str(tenant) == object_id for tenant in opened(request)):
            return _to_opening(object_id)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def concerned(self, row: Tenant) -> set[UUID]:
        return {row.pk}

    def open_access(self, request: HttpRequest, tenant: UUID) -> HttpResponse:
        """Asks for a reason, tells the owners, and opens the company for some hours."""
        with tenant_scope(tenant):
            company = Tenant.objects.filter(pk=tenant, destroyed_at=None).first()
            if company is None:
                raise Http404
            form = OpenAccess(request.POST or None)
            if form.is_valid():
                person = request.user
                assert isinstance(person, Person)
                with audit.acting(staff(request)):
                    access = SupportAccess.begin(person, **form.cleaned_data)
                    tell_owners(request, company, access)
                return redirect("admin:tenants_tenant_change", object_id=tenant)
        context = {**site.each_context(request), "form": form, "company": company, "opts": self.opts}
        return TemplateResponse(request, "admin/tenants/open_access.html", context)


@admin.register(Membership, site=site)
class MembershipAdmin(OfCompany):
    list_display = ("person", "role", "tenant", "since")
    list_filter = ("role",)
    search_fields = ("person__email", "person__name")
    list_select_related = ("person", "tenant")
    fields = ("tenant", "person", "role", "since")


@admin.register(AuditEntry, site=site)
class AuditEntryAdmin(OfCompany):
    list_display = ("at", "what", "actor", "about", "tenant")
    list_filter = ("what",)
    list_select_related = ("tenant",)
    fields = ("tenant", "at", "what", "actor", "about", "facts")
    ordering = ("-at",)


@admin.register(Person, site=site)
class PersonAdmin(Looking):
    """People of the companies that are open; a look at one is recorded in each of them."""

    list_display = ("name", "email", "is_active", "last_login", "two_factor")
    search_fields = ("email", "name")
    fields = ("name", "email", "is_active", "locale", "time_zone", "joined_at", "last_login", "two_factor")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        members = Membership.objects.filter(tenant__in=opened(request)).values("person")
        return super().get_queryset(request).filter(pk__in=members)

    @admin.display(description="Two-factor", boolean=True)
    def two_factor(self, row: Person) -> bool:
        return has_two_factor(row)

    def concerned(self, row: Person) -> set[UUID]:
        return set(Membership.objects.filter(person=row).values_list("tenant_id", flat=True))


@admin.register(UserSession, site=site)
class SignInAdmin(Looking):
    """Where people of the open companies are signed in; never the key of a session."""

    list_display = ("user", "ip", "user_agent", "created_at", "last_seen_at")
    search_fields = ("user__email",)
    list_select_related = ("user",)
    fields = ("user", "ip", "user_agent", "created_at", "last_seen_at")
    list_display_links = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[UserSession]:
        members = Membership.objects.filter(tenant__in=opened(request)).values("person")
        return super().get_queryset(request).filter(user__in=members)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ARG002
        return redirect(reverse("admin:usersessions_usersession_changelist"))


def staff(request: HttpRequest) -> audit.Actor:
    person = request.user
    assert isinstance(person, Person)
    return audit.Actor("support", str(person.pk), person.email, get_adapter().get_client_ip(request))


def opened(request: HttpRequest) -> set[UUID]:
    """The companies that whoever asks may look into at this moment, read once per request and outside any scope."""
    if not hasattr(request, "opened"):
        person = request.user
        accesses = SupportAccess.open_for(person.pk) if isinstance(person, Person) else []
        request.opened = {UUID(str(a.tenant_id)) for a in accesses}  # type: ignore[attr-defined]
    found: set[UUID] = request.opened  # type: ignore[attr-defined]
    return found


def drawn(response: HttpResponse) -> HttpResponse:
    """Lists are read while they are drawn, so that has to happen before the scope closes."""
    return response.render() if isinstance(response, TemplateResponse) else response


def _to_opening(object_id: str | None) -> HttpResponse:
    """A company is opened by its own id; what is no id is no page."""
    try:
        return redirect("admin:open_support_access", tenant=UUID(str(object_id)))
    except ValueError:
        raise Http404 from None
