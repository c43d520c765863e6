"""Django settings. The environment says where things run; what the business decides is a dated setting in the database."""

import os
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from siyu.lib.home import home, secret_key

ROOT = Path(__file__).resolve().parent
DEBUG = os.environ.get("SIYU_DEBUG") == "1"
SECRET_KEY = secret_key()
ALLOWED_HOSTS = os.environ.get("SIYU_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
PROXIES = int(os.environ.get("SIYU_PROXIES", "0"))  # how many proxies of our own stand before the program
REACHABLE = os.environ.get("SIYU_REACHABLE", "").split(",")  # hosts and networks that may be sent to, though they are closed
# one-time codes of the member centre can be read on /m/dev/codes: for a demo or development, never where members are real
DEVELOPER_CODES = os.environ.get("SIYU_DEVELOPER_CODES") == "1"
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("SIYU_ORIGINS", "").split(",") if origin]


# The web server answers each request in a thread that ends with it: connections come from a pool.
_is_pooled = os.environ.get("SIYU_POOL") == "1"


def _database(url: str, role: str = "") -> dict:
    parts = conninfo_to_dict(url)
    options: dict[str, object] = {"prepare_threshold": 5, "connect_timeout": 5}
    if _is_pooled:
        options["pool"] = {"min_size": 1, "max_size": 10, "timeout": 10}
    if role:
        options["options"] = f"-c role={role}"
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname", "siyu"),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": parts.get("port", ""),
        "CONN_MAX_AGE": 0 if _is_pooled else 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
        "TEST": {"MIGRATE": False},
    }


# "default" may not change audit rows, ledger entries or the fact log; "owner" migrates and makes partitions.
_owner_url = os.environ.get("DATABASE_URL", "dbname=siyu")
_app_url = os.environ.get("APP_DATABASE_URL", "")
APP_ROLE = str((conninfo_to_dict(_app_url).get("user") if _app_url else "") or "siyu_app")
DATABASES = {
    "default": _database(_app_url) if _app_url else _database(_owner_url, role=APP_ROLE),
    "owner": _database(_owner_url),
}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_filters",
    "django_tables2",
    "crispy_forms",
    "ninja",
    "crispy_bootstrap5",
    "procrastinate.contrib.django",
    "siyu.lib.web",
    "siyu.merchant",
    "siyu.facts",
    "siyu.members",
    "siyu.orders",
    "siyu.audiences",
    "siyu.touches",
    "siyu.loyalty",
    "siyu.membership",
    "siyu.acquisition",
    "siyu.journeys",
    "siyu.insights",
    "siyu.console",
    "siyu.portal",
    "siyu.integrations",
    "siyu.demo",
    "siyu.operate",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "siyu.lib.web.security.content_security_policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "siyu.lib.web.language.chosen_language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "siyu.merchant.access.identify",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "siyu.lib.web.business.business_words",
    "siyu.lib.web.errors.refusals",
]
CSRF_FAILURE_VIEW = "siyu.lib.web.errors.csrf_failure"

ROOT_URLCONF = "siyu.urls"
WIRING = "siyu.wiring"
AUTH_USER_MODEL = "merchant.Staff"
AUTHENTICATION_BACKENDS = ["siyu.merchant.access.StaffBackend"]
LOGIN_URL = "/login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "siyu.lib.web.context.page",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "web/table.html"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "/static/"
STATIC_ROOT = home() / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = os.environ.get("SIYU_HTTPS") == "1"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("SIYU_LOG", "WARNING")},
    "loggers": {"django.request": {"level": "ERROR"}},  # not every mistyped address
}
