"""Settings, one file; everything that differs between places comes from the environment.

Without DATABASE_URL / REDIS_URL the services that `make run` started under DATA_DIR are used.
"""

from __future__ import annotations

import os
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from portfolio.runtime.discover import service_urls

# Before anything loads NumPy: the workers are as many processes as there are cores, and the threads of several matrix
# libraries on the same cores wait for each other more than they work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
_services = service_urls(DATA_DIR)

DEBUG = env.bool("DEBUG", default=False)
TESTING = "pytest" in sys.modules
SECRET_KEY = env.str("SECRET_KEY", default=_services.get("secret_key", ""))
if not SECRET_KEY:
    if env.bool("PRODUCTION", default=False):
        raise ImproperlyConfigured("SECRET_KEY is not set: production needs one of 50 or more random characters.")
    # Commands that sign nothing (check, makemigrations) run without a key file; `serve` makes a real one.
    SECRET_KEY = "not-a-secret-" + "x" * 50
PRODUCTION = env.bool("PRODUCTION", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "portfolio",
    "qbr",
    "financials",
    "accounts",
    "people",
    "common",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django_htmx",
    "template_partials",
    "csp",
    "axes",
    "rest_framework",
    "drf_spectacular",
    "knox",
    "oauth2_provider",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "common.middleware.RequestContextMiddleware",
    "common.middleware.BodySizeMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "common.middleware.PlainAddressMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "common.middleware.PrivateResponseMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "portfolio.urls"
WSGI_APPLICATION = "portfolio.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "portfolio.context.shell",
            ],
            "builtins": ["common.templatetags.ui", "django_htmx.templatetags.django_htmx"],
        },
    }
]

DATABASES = {"default": env.db_url("DATABASE_URL", default=_services.get("database_url", "postgres:///principal"))}
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default=_services.get("redis_url", "redis://127.0.0.1:6379/0"))
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},  # one for each address and person counted
    }
}

AUTH_USER_MODEL = "people.User"
KNOX_TOKEN_MODEL = "people.ApiToken"  # noqa: S105  # a model name
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 14}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "cockpit"
LOGOUT_REDIRECT_URL = "sign_in"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_HANDLER = "people.throttle.Handler"
AXES_USERNAME_CALLABLE = "people.throttle.counted_name"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # else whoever goes on trying keeps the person out for ever
SIGN_IN_ADDRESS_LIMIT = env.int("SIGN_IN_ADDRESS_LIMIT", default=50)  # a whole office may share one address
SIGN_IN_PERSON_LIMIT = env.int("SIGN_IN_PERSON_LIMIT", default=30)  # from all addresses together
AXES_LOCKOUT_TEMPLATE = "people/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_FORM_FIELD = "username"
AXES_CLIENT_IP_CALLABLE = "people.access.client_address"
AXES_DISABLE_ACCESS_LOG = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 60 * 60 * 12

NUM_PROXIES = env.int("NUM_PROXIES", default=0)  # of our own, each adding to X-Forwarded-For

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}

# --- safety ----------------------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=PRODUCTION)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.bool("SECURE_COOKIES", default=PRODUCTION)
if PRODUCTION:
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", default=100 * 1024 * 1024)
DOCUMENT_MAX_BYTES = env.int("DOCUMENT_MAX_BYTES", default=20 * 1024 * 1024)
# Somewhat too much is refused by the page, in its words.
BODY_MAX_BYTES = {
    "/imports/load/": 3 * IMPORT_MAX_BYTES,
    "/contract-documents/": 2 * DOCUMENT_MAX_BYTES,
    "/proposal-documents/": 2 * DOCUMENT_MAX_BYTES,
}
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

# --- work in the background ------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_TIME_LIMIT = 900
CELERY_TASK_SOFT_TIME_LIMIT = 870
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 1800,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "retry_on_timeout": True,
    "global_keyprefix": env.str("REDIS_PREFIX", default="principal:"),
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "common.tasks.sweep", "schedule": 5.0, "options": {"expires": 5}},
    "heartbeat": {"task": "common.tasks.heartbeat", "schedule": 5.0, "options": {"expires": 5}},
    "seal-audit": {"task": "common.tasks.seal_audit", "schedule": 15.0, "options": {"expires": 15}},
    "forget-answers": {"task": "common.tasks.forget_answers", "schedule": 3600.0, "options": {"expires": 3600}},
    "reminders": {"task": "portfolio.tasks.remind", "schedule": 900.0, "options": {"expires": 900}},
    "packs": {"task": "portfolio.tasks.send_packs", "schedule": 900.0, "options": {"expires": 900}},
    "forecasts": {"task": "financials.tasks.forget_expired", "schedule": 3600.0, "options": {"expires": 3600}},
    "health": {"task": "accounts.tasks.read_health", "schedule": 3600.0, "options": {"expires": 3600}},
    "contracts": {"task": "financials.tasks.follow_calendar", "schedule": 900.0, "options": {"expires": 900}},
}
IDEMPOTENCY_HOURS = env.int("IDEMPOTENCY_HOURS", default=48)  # never under 24
JOB_LEASE_SECONDS = env.int("JOB_LEASE_SECONDS", default=15)
JOB_MAX_TRIES = env.int("JOB_MAX_TRIES", default=5)
JOB_MAX_CRASHES = env.int("JOB_MAX_CRASHES", default=20)

# --- the product -----------------------------------------------------------------------------------------------
FIRM_NAME = env.str("FIRM_NAME", default="Alder Finch")
REPORTING_CURRENCY = env.str("REPORTING_CURRENCY", default="USD")

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
MAIL_IS_KEPT = not env.str("EMAIL_URL", default="")
"""Without a server mail is kept on a page of its reader and sent nowhere."""
VALUE_DISCOUNT_RATE: Decimal = env("VALUE_DISCOUNT_RATE", cast=Decimal, default=Decimal("0.10"))
"""What a client's money costs it a year, for present values."""
PUBLIC_URL = env.str("PUBLIC_URL", default=f"http://localhost:{env.int('PORT', default=8000)}").rstrip("/")
"""Where people reach the pages: the addresses in mails begin with it."""

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portfolio.api.authentication.PersonalToken",
        "portfolio.api.authentication.ServiceToken",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["portfolio.api.parsing.ExactJSON"],
    "DEFAULT_THROTTLE_RATES": {
        "api": env.str("API_RATE", default="600/min"),
        "public": env.str("PUBLIC_RATE", default="120/min"),
        "token": env.str("TOKEN_RATE", default="30/min"),
        "shared": env.str(
            "SHARED_RATE", default="120/min"
        ),  # pages and frame of a shared review, a whole office at once
        "survey": env.str("SURVEY_RATE", default="60/min"),  # a whole office may share one address
    },
    "EXCEPTION_HANDLER": "portfolio.api.problems.handle",
    "URL_FORMAT_OVERRIDE": None,
    "NUM_PROXIES": NUM_PROXIES,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"  # said, as people.ServiceScopes refers to it
OAUTH2_PROVIDER = {
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,  # tokens are kept as hashes only
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "SCOPES_BACKEND_CLASS": "portfolio.api.authentication.Scopes",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Principal",
    "DESCRIPTION": "Account portfolios: clients, contacts, contracts, opportunities, ledger and reports.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [],  # choices stand where they are used
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
        "axes": {"level": "WARNING"},
        # A line for each message and its end would be four every five seconds, for the heartbeat alone.
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}
SILENCED_SYSTEM_CHECKS = ["security.W019"]  # the review's own PDF is shown in a frame of its page: SAMEORIGIN, not DENY
