"""How long a sign-in lasts: so long without a sign of life, and so long in all.

Both are kept in the session and judged on every request, so that a stolen cookie is good for hours and not for ever.
"""

import time
from collections.abc import Callable
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

BEGAN, SEEN = "began", "seen"
SEEN_EVERY_SECONDS = 60
"""How often a sign of life is written down: not on every request, which would cost each a write."""


class SessionLimits:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = time.time()
            began, seen = request.session.get(BEGAN, now), request.session.get(SEEN, 0.0)
            if over := _over(now, began, seen or now):
                logout(request)
                messages.info(request, over)
            elif now - seen > SEEN_EVERY_SECONDS:
                _note(request, began, now)
        return self.get_response(request)


def _over(now: float, began: float, seen: float) -> str:
    if now - seen > settings.SESSION_IDLE_MINUTES * 60:
        return f"You were signed out after {settings.SESSION_IDLE_MINUTES} minutes without a sign of life."
    if now - began > settings.SESSION_HOURS_MAX * 3600:
        return f"You were signed out: a sign-in lasts {settings.SESSION_HOURS_MAX} hours."
    return ""


def _note(request: HttpRequest, began: float, now: float) -> None:
    request.session[BEGAN], request.session[SEEN] = began, now
    signed_in = UserSession.objects.filter(session_key=request.session.session_key)
    signed_in.filter(last_seen_at__lt=timezone.now() - timedelta(seconds=SEEN_EVERY_SECONDS)).update(
        last_seen_at=timezone.now()
    )
