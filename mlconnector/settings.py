"""Every setting of the program, read once from typed environment variables.

An odd value fails at start with the variable's name; a demo needs none of them. The README's table is made from here.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from environ import Env

from mlconnector import databases, keys, logs
from mlconnector.environment import (
    LOCAL_HOSTS,
    Environment,
    fernet_key,
    host_name,
    strong_secret,
    web_address,
)

ROOT = Path(__file__).resolve().parent.parent
env = Environment(os.environ)

# --- what can be set ------------------------------------------------------------------------------------------------
MODE = env.mode(
    "`demo` makes its own keys and database and serves this machine only; `serve` chooses `production`."
)
VAR = env.folder(
    "VAR", ROOT / "var", "Where the embedded database, made keys and collected files live.", shown="var/"
)
DEBUG = env.flag(
    "DEBUG",
    False,
    "Error pages that show source code and settings.",
    forbidden="shows code and settings to the public",
)
PUBLIC_URL = env.text(
    "PUBLIC_URL",
    f"http://127.0.0.1:{os.environ.get('PORT') or 8000}",
    "The address people and vendors use: links in e-mails, webhook addresses, sign-in at QuickBooks.",
    required=True,
    rule=web_address,
    shown="http://127.0.0.1:8000",
    kind="web address",
    production="required, https",
).rstrip("/")
ALLOWED_HOSTS = env.words(
    "ALLOWED_HOSTS",
    (),
    "Further host names this answers to; that of PUBLIC_URL is always one.",
    rule=host_name,
)
SECRET_KEY = env.secret(
    "SECRET_KEY",
    lambda: keys.made(VAR / "keys" / "secret", keys.word),
    "Signs sessions and links. A new one signs everybody out.",
    rule=strong_secret,
)
SECRET_KEY_FALLBACKS = env.words(
    "SECRET_KEY_FALLBACKS", (), "Older signing keys that are still accepted.", rule=strong_secret
)
FERNET_KEYS = env.secret(
    "FERNET_KEYS",
    lambda: keys.made(VAR / "keys" / "fernet", keys.fernet_key),
    "The deployment's sealing keys by comma, newest first: the first seals, all of them open.",
    rule=lambda value: next((said for key in value.split(",") if (said := fernet_key(key.strip()))), None),
).split(",")
DATABASE_URL = env.text(
    "DATABASE_URL",
    "",
    "PostgreSQL 15 or newer, as the role that works in the tables and owns none of them.",
    required=True,
    rule=databases.address,
    shown="embedded, in var/",
    kind="postgres://…",
)
DATABASE_OWNER_URL = env.text(
    "DATABASE_OWNER_URL",
    "",
    "The same database as the role that owns the tables; only `migrate` uses it.",
    rule=databases.address,
    shown="embedded, in var/",
    kind="postgres://…",
    production="for `migrate`",
)
EMAIL_URL = env.text(
    "EMAIL_URL",
    "consolemail://",
    "How mail leaves: smtp+tls://user:password@host:587, or consolemail:// to print it.",
    required=True,
    rule=lambda value: (
        None if urlsplit(value).scheme in Env.EMAIL_SCHEMES else "no mail address such as smtp+tls://…"
    ),
    kind="mail address",
)
EMAIL_FROM = env.text(
    "EMAIL_FROM", "ml-connector <no-reply@localhost>", "The sender of our mail.", required=True
)
TRUSTED_PROXIES = env.number(
    "TRUSTED_PROXIES",
    0,
    "How many proxies of yours stand in front and set X-Forwarded-For and -Proto.",
    least=0,
    most=5,
)
SESSION_IDLE_MINUTES = env.number(
    "SESSION_IDLE_MINUTES", 120, "A sign-in ends after so long without a click.", least=5, most=1440
)
SESSION_HOURS_MAX = env.number(
    "SESSION_HOURS_MAX", 24, "A sign-in ends after so long in all.", least=1, most=336
)
SANDBOX_HOSTS = env.words(
    "SANDBOX_HOSTS", (), "host:port of simulators, which may be called without TLS; for demos and tests only."
)
if SANDBOX_HOSTS and env.production:
    env.refuse("SANDBOX_HOSTS", "opens addresses of our own network; it must be empty in production")
EGRESS_PORTS = env.words(
    "EGRESS_PORTS", (), "host:port that connections may call beside port 443: customer-run servers, by name."
)
LISTEN = env.text("LISTEN", "127.0.0.1", "The address the web server listens on.", rule=host_name)
PORT = env.number("PORT", 8000, "Its port.", least=1, most=65535)
WEB_PROCESSES = env.number("WEB_PROCESSES", 2, "Web processes on this machine.", least=1, most=64)
WEB_THREADS = env.number("WEB_THREADS", 4, "Requests one web process works on at once.", least=1, most=64)
WORKERS = env.number("WORKERS", 2, "Worker processes on this machine.", least=1, most=64)
AUDIT_ANCHORS = env.text(
    "AUDIT_ANCHORS",
    "",
    "The file to which heads of the audit chains are appended; best on storage that the database's operators cannot write.",
    shown="var/audit-anchors",
    kind="file",
) or str(VAR / "audit-anchors")
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"), "How much is logged.")
LOG_FORMAT = env.choice("LOG_FORMAT", "text", ("text", "json"), "Lines for people or for a log collector.")

# --- what must not be combined --------------------------------------------------------------------------------------
PUBLIC_HOST = urlsplit(PUBLIC_URL).hostname or ""
PRODUCTION = MODE == "production"
ALLOWED_HOSTS += [PUBLIC_HOST, *([] if PRODUCTION else sorted(LOCAL_HOSTS))]
for host in ALLOWED_HOSTS:
    if not PRODUCTION and host not in LOCAL_HOSTS:
        env.refuse("MODE", f"demo serves this machine only, and {host} is public; set MODE=production")
if PRODUCTION and "PUBLIC_URL" in os.environ and not PUBLIC_URL.startswith("https://"):
    env.refuse("PUBLIC_URL", "must begin with https:// in production")
if len(set(FERNET_KEYS)) < len(FERNET_KEYS):
    env.refuse("FERNET_KEYS", "one key stands there twice")
if SECRET_KEY and SECRET_KEY in FERNET_KEYS:
    env.refuse("FERNET_KEYS", "must not be the SECRET_KEY")
if DATABASE_OWNER_URL and not DATABASE_URL:
    env.refuse("DATABASE_URL", "missing, though DATABASE_OWNER_URL is given")
env.finish()

# --- Django ---------------------------------------------------------------------------------------------------------
DATABASES = {"default": databases.default(DATABASE_URL, VAR / "postgres")}
APP = databases.role(DATABASE_URL, VAR / "postgres", "app")
APP_ROLE = APP["USER"]
OWNER = databases.role(DATABASE_OWNER_URL or DATABASE_URL, VAR / "postgres", "owner")

INSTALLED_APPS = [
    "mlconnector",
    "django.forms",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.admin",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "django_htmx",
    "django_q",
    "csp",
    "tenants",
    "connectors",
]
MIDDLEWARE = [
    "mlconnector.health.Health",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tenants.middleware.SessionLimits",
]
ROOT_URLCONF = "mlconnector.urls"
WSGI_APPLICATION = "mlconnector.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LOGGING = logs.configuration(LOG_LEVEL, LOG_FORMAT)
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mlconnector.shell.shell",
            ],
            "builtins": ["mlconnector.templatetags.figures", "mlconnector.templatetags.look"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CSRF_FAILURE_VIEW = "mlconnector.pages.forged"
# The first is shared by all processes of all machines (rate limits live there); the second is each process's own.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # Django's 300 would let a flood push the counters out
    },
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

# --- people ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "tenants.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in {
        "UserAttributeSimilarityValidator": {"user_attributes": ("email", "name")},
        "MinimumLengthValidator": {"min_length": 12},
        "CommonPasswordValidator": {},
        "NumericPasswordValidator": {},
    }.items()
]
LOGIN_URL, LOGIN_REDIRECT_URL, LOGOUT_REDIRECT_URL = "account_login", "companies", "account_login"
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_ADAPTER = "tenants.signin.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "tenants.signin_forms.SignIn",
    "signup": "tenants.signin_forms.SignUp",
    "confirm_email_verification_code": "tenants.signin_forms.Verify",
    "reset_password": "tenants.signin_forms.AskForReset",
    "reset_password_from_key": "tenants.signin_forms.Reset",
    "change_password": "tenants.signin_forms.ChangePassword",
    "set_password": "tenants.signin_forms.SetPassword",
    "add_email": "tenants.signin_forms.ChangeAddress",
    "reauthenticate": "tenants.signin_forms.ProvePassword",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True  # how long is for the limits of tenants.middleware
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(PUBLIC_URL).scheme
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
MFA_ADAPTER = "tenants.signin.TwoFactorAdapter"
MFA_FORMS = {
    "authenticate": "tenants.signin_forms.SecondStep",
    "reauthenticate": "tenants.signin_forms.ProveCode",
    "activate_totp": "tenants.signin_forms.TurnOnApp",
    "add_webauthn": "tenants.signin_forms.AddPasskey",
    "edit_webauthn": "tenants.signin_forms.RenamePasskey",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "ml-connector"
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # http://localhost, where browsers allow passkeys too
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
EMAIL: dict[str, Any] = Env.email_url_config(EMAIL_URL)  # type: ignore[no-untyped-call]
EMAIL_BACKEND: str = EMAIL["EMAIL_BACKEND"]
if not PRODUCTION and EMAIL_URL == "consolemail://":
    EMAIL_BACKEND = "tenants.mail.DemoMailbox"  # prints it too
DEMO_MAIL_FOLDER = VAR / "mail"
EMAIL_HOST: str = EMAIL["EMAIL_HOST"] or "localhost"
EMAIL_PORT: int = EMAIL["EMAIL_PORT"] or 25
EMAIL_HOST_USER: str = EMAIL["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD: str = EMAIL["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS: bool = EMAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL: bool = EMAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = EMAIL_FROM

# --- what a browser may do ------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# --- files ----------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static" if PRODUCTION else None  # a demo serves them from where they are written
STATICFILES_DIRS = [ROOT / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# --- the worker: a bell, not a memory -------------------------------------------------------------------------------
Q_CLUSTER: dict[str, Any] = {
    "name": "mlconnector",  # also the signing salt: never change it with tasks queued
    "orm": "default",
    "broker_class": "connectors.bell.Bell",
    "cache": "process",
    "workers": WORKERS,
    "queue_limit": 1,
    "bulk": 1,
    "timeout": 300,
    "retry": 900,  # counted from when a task was pulled: well above timeout plus waiting
    "max_attempts": 1,  # our rows retry, the queue does not
    "ack_failures": True,
    "save_limit": -1,
    "catch_up": False,
    "recycle": 500,
    "max_rss": 400_000,
    "guard_cycle": 0.5,  # it kills only when its countdown meets 0 exactly
    "poll": 0.2,
    "ALT_CLUSTERS": {"bulk": {"workers": 1, "timeout": 1800, "retry": 5400}},
}
WORKER_STOP_SECONDS = 330  # longer than a task may take, for what was begun is finished

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],  # a view that says nothing is closed; those of the API say a token
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_THROTTLE_RATES": {"token": "300/min", "company": "1200/min"},
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "ml-connector",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
}
