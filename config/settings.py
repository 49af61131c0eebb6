"""Django's settings: one file; whatever differs between machines comes from `environment.py`."""

import logging
import os
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import dj_database_url
from csp.constants import NONCE, NONE, SELF

from config.environment import ROOT, read_environment
from config.logs import logging_config

ENVIRONMENT = read_environment()

BASE_DIR = ROOT
VAR_DIR = ENVIRONMENT.var_dir
DEBUG = ENVIRONMENT.debug
SECRET_KEY = ENVIRONMENT.signing_key()
IDENTITY_KEYS = ENVIRONMENT.identity_keys
SITE_URL = ENVIRONMENT.site_url
ALLOWED_HOSTS = [ENVIRONMENT.host, *ENVIRONMENT.allowed_hosts]
if DEBUG or ENVIRONMENT.plain_http:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]"]

INSTALLED_APPS = [
    "evaluation",
    "studies",
    "generation",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "config.apps.StaticFiles",
    "django_htmx",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "studies.views.participant.language.ParticipantLanguage",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
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
            ],
        },
    },
]

# Database: SQLite with a write-ahead log that survives a power cut, or what DATABASE_URL names.


def _database() -> dict[str, Any]:
    if ENVIRONMENT.database_url.startswith("postgres"):
        found: dict[str, Any] = dict(
            dj_database_url.parse(
                ENVIRONMENT.database_url,
                engine="config.postgresql",
                conn_max_age=60,
                conn_health_checks=True,
            )
        )
        # statements are planned once for each connection: half of the server's work on an answer
        prepared = {"server_side_binding": True, "prepare_threshold": 3}
        return {**found, "OPTIONS": {**prepared, **found.get("OPTIONS", {})}}
    address = ENVIRONMENT.database_url or f"sqlite:///{VAR_DIR / 'connoisseur.sqlite3'}"
    return {
        **dj_database_url.parse(address),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Storage: image bytes in a folder, or in an S3-compatible bucket.


def _image_storage() -> dict[str, Any]:
    address = ENVIRONMENT.storage_url
    if not address.startswith("s3://"):
        folder = unquote(urlsplit(address).path) if "://" in address else address
        folder = folder or str(VAR_DIR / "images")
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": folder, "base_url": None},
        }
    parts = urlsplit(address)
    bucket, _, prefix = parts.path.strip("/").partition("/")
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    scheme = "http" if query.get("insecure") == "1" else "https"
    port = f":{parts.port}" if parts.port else ""
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "location": prefix,
            "endpoint_url": f"{scheme}://{parts.hostname}{port}",
            "access_key": unquote(parts.username) if parts.username else None,
            "secret_key": unquote(parts.password) if parts.password else None,
            "region_name": query.get("region"),
            "querystring_auth": True,
            "file_overwrite": True,
            "default_acl": None,
        },
    }


STORAGES = {
    "default": _image_storage(),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "config.static_files.HashedFiles"
    },
}
SERVE_PICTURES = ENVIRONMENT.serve_pictures
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # the middleware that serves it warns where it is missing
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True  # what was not collected is served from where it lies

# Jobs: the database is the truth about them; the queue only carries their ids.


CELERY_BROKER_URL = ENVIRONMENT.broker_url or "folder://localhost"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {}
if not ENVIRONMENT.broker_url:
    CELERY_BROKER_TRANSPORT = "config.folder_queue:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {"folder": str(VAR_DIR / "queue"), "polling_interval": 0.2}
    CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # a folder cannot call all workers at once
elif CELERY_BROKER_URL.startswith("redis"):
    # Messages are acknowledged when work on them starts, so the timeout only concerns messages
    # that a lost worker had fetched ahead; the sweep in generation.jobs does not wait for it.
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 600,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 30,
        "queue_order_strategy": "sorted",
        "max_retries": 1,  # a page does not wait for a broker that is down
    }
# gpu: steps that use networks; cpu: all others. A worker serves both unless told otherwise, cpu
# first: what is quick to make is what the larger steps wait for, and so their batches get full.
CELERY_TASK_QUEUES = {name: {"exchange": name, "routing_key": name} for name in ("gpu", "cpu")}
CELERY_TASK_DEFAULT_QUEUE = "cpu"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False  # what could not be sent is sent by the next sweep
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
# One batch at a time and process: torch has its own threads, and one GPU has one owner.
CELERY_WORKER_POOL = "solo"
CELERY_WORKER_CONCURRENCY = 1
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker outlives any outage of its broker

EMAIL_URL = ENVIRONMENT.email_url
EMAIL_FROM = ENVIRONMENT.email_from
EMAIL_PER_MINUTE = ENVIRONMENT.email_per_minute

PROLIFIC_TOKEN = ENVIRONMENT.prolific_token
PROLIFIC_API = ENVIRONMENT.prolific_api
PROLIFIC_WEBHOOK_SECRET = ENVIRONMENT.prolific_webhook_secret

NETWORKS_DIR = ENVIRONMENT.networks_dir
ARTWORKS_DIR = ENVIRONMENT.artworks_dir
DEVICE = ENVIRONMENT.device
TORCH_THREADS = ENVIRONMENT.torch_threads or os.cpu_count() or 1
BATCH_SIZE = ENVIRONMENT.batch_size
CHECKPOINT_EVERY = ENVIRONMENT.checkpoint_every
SHEET_EVERY = ENVIRONMENT.sheet_every
MAX_PIXELS = ENVIRONMENT.max_megapixels * 1_000_000
LEASE_SECONDS = ENVIRONMENT.lease_seconds

# The catalogue that the `analysis` section of a file is checked against; named here because
# studies, which reads the file, knows nothing of evaluation.
ANALYSES = "evaluation.analyses"

# People: researchers log in; raters never have accounts.

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
# Throttle by person and address together: nobody can lock another person's account.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "429.html"
AXES_VERBOSE = False
AXES_IPWARE_META_PRECEDENCE_ORDER = (
    ["HTTP_X_FORWARDED_FOR", "REMOTE_ADDR"] if ENVIRONMENT.trust_proxy else ["REMOTE_ADDR"]
)
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "studies:list"
LOGOUT_REDIRECT_URL = "login"

# Security: strict by default; only DEBUG and PLAIN_HTTP loosen the transport.

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.secure
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = ENVIRONMENT.secure
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = ENVIRONMENT.hsts_seconds if ENVIRONMENT.secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = ENVIRONMENT.secure
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.trust_proxy else None
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in ("camera", "geolocation", "microphone", "payment", "usb", "display-capture")
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

LOGGING = logging_config(ENVIRONMENT.log_level, ENVIRONMENT.log_format)
DJANGO_STRUCTLOG_CELERY_ENABLED = False
# Raters are promised that no address is kept; the line at a request's start names their browser.
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
