"""Django's settings, made from the frozen settings of the site."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from shixiao.seals import key_file, new_key
from shixiao.settings import Site

SITE = Site.from_environment()
HERE = Path(__file__).parent
KEYS = SITE.data / "keys"


def _database() -> dict[str, Any]:
    """Return the connection. SQLite commits durably, and takes the write lock when it begins."""
    known = SITE.database
    if known.engine == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": known.name,
            "OPTIONS": {
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;",
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
            },
        }
    return {
        "ENGINE": "shixiao.records.postgresql",
        "NAME": known.name,
        "USER": known.user,
        "PASSWORD": known.password,
        "HOST": known.host,
        "PORT": known.port,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


SECRET_KEY = SITE.secret or key_file(KEYS / "secret").decode()
DATA_KEYS = SITE.data_keys or (key_file(KEYS / "data", new_key).decode(),)
DEBUG = False
ALLOWED_HOSTS = list(SITE.hosts)
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "shixiao.web.apps.Web",
    "shixiao.records.apps.Records",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "django_q",
]
MIDDLEWARE = [
    "shixiao.web.shell.headers.RealAddress",
    "shixiao.web.shell.measuring.Measured",
    "django.middleware.security.SecurityMiddleware",
    "shixiao.web.shell.headers.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "shixiao.web.shell.choices.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "shixiao.web.shell.problems.Problems",  # asked after allauth what an exception means
    "allauth.account.middleware.AccountMiddleware",
    "shixiao.web.guard.Guard",
]
ROOT_URLCONF = "shixiao.web.urls"
WSGI_APPLICATION = "shixiao.web.wsgi.application"
FORM_RENDERER = "django.forms.renderers.Jinja2"
TEMPLATES = [
    {
        "NAME": "pages",
        "BACKEND": "shixiao.web.shell.templates.Pages",
        "DIRS": [HERE],
        "OPTIONS": {
            "languages": ("zh", "en"),
            "language": "shixiao.web.shell.pages.language",
            "environment": "shixiao.web.shell.pages.environment",
            "context_processors": ["shixiao.web.shell.pages.shell"],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 31_536_000
TIME_ZONE = "Asia/Shanghai"
USE_I18N = USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [HERE / "static"]
# The site serves its own files, straight from the packages: there is no step of collecting them.
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 300
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 << 20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_TEMP_DIR = None
FILE_UPLOAD_HANDLERS = [
    "shixiao.web.shell.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

AUTH_USER_MODEL = "records.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTH_PASSWORD_VALIDATORS[0]["OPTIONS"] = {"user_attributes": ("login",)}  # type: ignore[assignment]
AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 12}  # type: ignore[assignment]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "inbox"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "shixiao.web.account.adapters.Accounts"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_TEMPLATE_EXTENSION = "html.j2"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login_failed": "30/m/ip,5/15m/key"}
SOCIALACCOUNT_ADAPTER = "shixiao.web.account.adapters.SignOn"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_LOGIN_ON_GET = True  # a form would be held back by our policy for form targets
SOCIALACCOUNT_PROVIDERS = (
    {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "government",
                    "name": "政务统一身份认证 · Government single sign-on",
                    "client_id": SITE.oidc[1],
                    "secret": SITE.oidc[2],
                    "settings": {"server_url": SITE.oidc[0]},
                }
            ],
        }
    }
    if SITE.oidc
    else {}
)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Shixiao"
MFA_TOTP_TOLERANCE = 1  # clocks of phones are off by some seconds (RFC 6238, 5.2)
MFA_ADAPTER = "shixiao.web.account.adapters.SecondFactor"

# Attempts to sign in are counted in the records: every process of the site sees the same number.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # Counters of tries stand in it: with Django's 300 a few hundred addresses would push out
        # the counts of all others. Each new entry counts the rows, so there is an end to it.
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}
SESSION_COOKIE_AGE = 43_200
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE.tls
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "shixiao.web.shell.problems.stale_form"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_HSTS_SECONDS = 31_536_000 if SITE.tls else 0
SECURE_SSL_REDIRECT = SITE.tls
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SITE.proxied else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

_mail = urlsplit(SITE.mail)
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if SITE.mail
    else "django.core.mail.backends.filebased.EmailBackend"
)
EMAIL_FILE_PATH = SITE.data / "mail"
EMAIL_HOST, EMAIL_PORT = _mail.hostname or "", _mail.port or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
EMAIL_USE_TLS, EMAIL_TIMEOUT = _mail.scheme == "smtp+tls", 20
DEFAULT_FROM_EMAIL = SITE.sender

# A job that is not done after the longest time is begun anew, so that must be the longer one.
Q_CLUSTER = {
    "name": "shixiao",
    "orm": "default",
    "workers": 1,
    "timeout": 21_600,
    "retry": 21_900,
    "max_attempts": 3,
    "poll": 1,
    "save_limit": 500,
    "catch_up": False,
    "label": "jobs",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "shixiao.web.shell.logs.OneLine"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "shixiao": {"level": "INFO"},
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
