"""The demo's mail, on a page: what would have been sent, for whoever tries the product on their own machine."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from tenants.access import open_to
from tenants.mail import mailbox as sent


@open_to("demo")
@never_cache
def mailbox(request: HttpRequest) -> HttpResponse:
    if settings.PRODUCTION:
        raise Http404
    return render(request, "tenants/mailbox.html", {"mails": list(sent())})
