"""Django settings. What differs between deployments comes from the environment (or .env)."""

import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.conf import global_settings

from embassy import env as environment
from embassy.env import env
from embassy.logging_config import logging_config
from embassy.static_headers import add_static_headers
from richtext import ckeditor_config

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"  # all files that the site writes: database, media, collected static files
VAR_DIR.mkdir(exist_ok=True)

if (BASE_DIR / ".env").exists():
    env.read_env(BASE_DIR / ".env")

# Deployment

DEBUG = environment.read_boolean("DEBUG", False)
SECRET_KEY = environment.read_required(
    "SECRET_KEY", "fifty-random-characters", unless="only-for-development" if DEBUG else None
)
SECRET_KEY_FALLBACKS = environment.read_list("SECRET_KEY_FALLBACKS")  # former keys, the newest first
SITE_URL = environment.read_origin("SITE_URL", unless="http://127.0.0.1:8000" if DEBUG else None)
environment.refuse_debug_on_https(DEBUG, SITE_URL)
EMBASSY_NAME = env.str("EMBASSY_NAME", default="Embassy of the Republic in London")
EMBASSY_SHORT_NAME = env.str("EMBASSY_SHORT_NAME", default="").strip()  # on narrow screens
EMBASSY_EMBLEM = environment.read_image_file("EMBASSY_EMBLEM", (".svg", ".png"), most_kib=64)
TIME_ZONE = environment.read_time_zone("TIME_ZONE", "Europe/London")
# ISO 3166 codes, of a part of the country too (GB-ENG): public holidays, and phone numbers without a country code
HOST_COUNTRY = environment.read_pattern("HOST_COUNTRY", environment.COUNTRY, "GB-ENG", "GB-ENG")
HOME_COUNTRY = environment.read_pattern("HOME_COUNTRY", environment.COUNTRY, "RU", "RU")
CLOCKS = environment.read_clocks("CLOCKS", "Moscow=Europe/Moscow,London=Europe/London")
TIME_SHORTCUTS = environment.read_time_shortcuts("TIME_SHORTCUTS", CLOCKS, TIME_ZONE)
RELEASE = env.str("RELEASE", default="0.1.0")
RESPONSE_CACHE_MB = environment.read_integer("RESPONSE_CACHE_MB", 64, least=1)
TRUSTED_PROXY_COUNT = environment.read_integer("TRUSTED_PROXY_COUNT", 0)
ENQUIRY_KEYS = environment.read_fernet_keys("ENQUIRY_KEYS")
ENQUIRY_MIN_SECONDS = environment.read_integer("ENQUIRY_MIN_SECONDS", 3)
CONTACT_OFFLINE = environment.read_boolean("CONTACT_OFFLINE", True)  # browsers keep the contact page (a service worker)
ENQUIRIES_PER_HOUR = environment.read_integer("ENQUIRIES_PER_HOUR", 20, least=1)
RECEIPTS_PER_HOUR = environment.read_integer("RECEIPTS_PER_HOUR", 200, least=1)
BACKUP_RECIPIENT = env.str("BACKUP_RECIPIENT", default="")  # public keys of age, comma-separated
BACKUP_IDENTITY_FILE = env.str("BACKUP_IDENTITY_FILE", default="")  # with the private key, for a restore

LOG_FORMAT = environment.read_choice(
    "LOG_FORMAT", "plain" if DEBUG or sys.stderr.isatty() else "json", ["plain", "json"]
)
METRICS_PORT = environment.read_integer("METRICS_PORT", 0)  # 0: no metrics
METRICS_ADDRESS = env.str("METRICS_ADDRESS", default="127.0.0.1")
METRICS_DIR = Path(env.str("PROMETHEUS_MULTIPROC_DIR", default="").strip() or VAR_DIR / "metrics")
NODES = environment.read_origins("NODES")  # origins of all nodes, for the doctor

# Off by default: each affects other hosts for two years and cannot be revoked.
HSTS_INCLUDE_SUBDOMAINS, HSTS_PRELOAD = environment.read_hsts("HSTS_INCLUDE_SUBDOMAINS", "HSTS_PRELOAD")

_site = urlsplit(SITE_URL)
SECURITY_CONTACT = environment.read_pattern(
    "SECURITY_CONTACT", r"(https?://|mailto:|tel:)\S+", "mailto:security@example.org", f"{SITE_URL}/contact/"
)
# The authority in feed ids (RFC 4151), which must not change when the site moves to another host.
FEED_AUTHORITY = environment.read_pattern(
    "FEED_AUTHORITY", r"[a-z0-9.-]+,\d{4}(-\d\d){0,2}", "press.example.org,2020", f"{_site.hostname},2020"
)
WEBSUB_HUB = environment.read_pattern("WEBSUB_HUB", r"https?://\S+", "https://hub.example.org/")
SECURE = _site.scheme == "https"
ALLOWED_HOSTS = [_site.hostname]
if _site.hostname in {"127.0.0.1", "localhost"}:
    ALLOWED_HOSTS = ["127.0.0.1", "localhost"]

# Applications

INSTALLED_APPS = [
    "embassy.apps.EmbassyConfig",
    "core",
    "editions",
    "richtext",
    "outbox",
    "redirects",
    "working_copies",
    "remarks",
    "news",
    "counters",
    "consular",
    "pages",
    "search",
    "transfer",
    "api",
    "accounts",
    "backups",
    "monitoring",
    "mirror",
    "ckeditor",
    "csp",
    "simple_history",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "embassy.apps.PressAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "monitoring.middleware.request_log_middleware",  # before the response cache, because each request has its own id
    "editions.middleware.edition_cache_middleware",  # caches complete responses
    "monitoring.health.health_checks",
    "embassy.security_headers.security_headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "embassy.middleware.reject_malformed_input",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.two_factor.middleware.two_factor_session",
    "accounts.middleware.admin_audit",
    "django.contrib.messages.middleware.MessageMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",  # the author of each version
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "redirects.middleware.redirect_middleware",
    "axes.middleware.AxesMiddleware",  # renders the lock-out response
]

ROOT_URLCONF = "embassy.urls"
WSGI_APPLICATION = "embassy.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS = [
    "ckeditor.W001",  # richtext has its own check that the editor is restricted
    "security.W005",  # HSTS for subdomains and for the preload list is the operator's decision (HSTS_…)
    "security.W021",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["accounts.templatetags.form_tokens"],  # its csrf_token replaces Django's
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "embassy.admin_site.admin_titles",
                "embassy.context_processors.site_processor",
            ],
        },
    },
]

# Database

DATABASES = {"default": environment.read_database("DATABASE_URL", f"sqlite:///{VAR_DIR / 'embassy.sqlite3'}")}
DATABASES["default"]["CONN_MAX_AGE"] = None
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE: two writers queue instead of failing; FULL: acknowledged transactions survive a power cut.
    # secure_delete: erased or re-encrypted data is overwritten in the file, not only marked as free.
    # The journal's mode is the file's own. It is DELETE, which reads on a full disk too; a program that copies the
    # database while it is in use (Litestream) sets WAL and holds the file, and no connection may then set it back.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,
        "init_command": "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;",
    }
else:
    # PgBouncer in transaction mode gives each statement outside a transaction to any connection: a cursor that the
    # server keeps is then on another one. Django uses them for `.iterator()`, and for the choices of a form.
    DATABASES["default"].setdefault("DISABLE_SERVER_SIDE_CURSORS", True)
    # A server that is gone is noticed in seconds, also one that accepts and stays silent.
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        {
            "connect_timeout": 3,
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 2,
            "tcp_user_timeout": 5000,
        }
    )
# Public pages are read from the replicas (editions/replicas.py).
REPLICAS = environment.read_replicas("REPLICA_DATABASE_URLS", DATABASES)
DATABASE_ROUTERS = ["editions.replicas.ReplicaRouter"] if REPLICAS else []
HIGHEST_EDITION = VAR_DIR / "highest-edition"  # eight bytes shared by the processes of a node
UNCOUNTED_PROXY = VAR_DIR / "behind-a-proxy"  # a note for the doctor (monitoring/proxies.py)
CACHES = {"default": environment.read_url("CACHE_URL", "locmemcache://", read=env.cache_url)}

# E-mail

vars().update(environment.read_url("EMAIL_URL", "consolemail://", read=env.email_url))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = environment.read_mailbox("DEFAULT_FROM_EMAIL", "press@example.org", name_else=EMBASSY_NAME)
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Languages and time

LANGUAGE_CODE = "en-gb"
LANGUAGES = environment.read_languages("MESSAGE_LANGUAGES", "en,ru,fr,de,es,ar,zh-hans")
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["embassy.formats"]

# Files

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = ["embassy.emblem.EmblemFinder", *global_settings.STATICFILES_FINDERS]
WHITENOISE_ALLOW_ALL_ORIGINS = False  # other sites do not need our styles and scripts
WHITENOISE_ADD_HEADERS_FUNCTION = add_static_headers
WHITENOISE_ROOT = BASE_DIR / "static" / "root"  # files that browsers request at the root: /favicon.ico
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default="").strip() or VAR_DIR / "media")
# A path inside the proxy, which then sends the files itself.
MEDIA_X_ACCEL_PREFIX = environment.read_internal_path("MEDIA_X_ACCEL_PREFIX")
STORAGES = {
    "default": environment.read_storage("S3_BUCKET", "S3_ENDPOINT", "S3_REGION"),  # files under MEDIA_ROOT, or a bucket
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "richtext.static_storage.ManifestStorage"
    },
}
ORIGINAL_MAX_MB = environment.read_integer("ORIGINAL_MAX_MB", 40)  # of an image's original that is kept; 0: none
ORIGINAL_MAX_MEGAPIXELS = environment.read_integer("ORIGINAL_MAX_MEGAPIXELS", 100, least=1)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# The editor

CKEDITOR_CONFIGS = {"default": ckeditor_config.CONFIG}  # richtext has a system check for it

# Security

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.passwords.ContextWordValidator"},
]
AUTHENTICATION_BACKENDS = ["accounts.login_throttling.ThrottledBackend", "accounts.passwords.PasswordBackend"]
PASSWORD_RESET_TIMEOUT = 3 * 24 * 60 * 60  # for invitations; a password reset has an hour (accounts/passwords.py)
LOGIN_URL, LOGIN_REDIRECT_URL = "admin:login", "admin:index"
STAFF_REQUIRE_TOTP = environment.read_boolean("STAFF_REQUIRE_TOTP", SECURE)
AXES_HANDLER = "accounts.login_throttling.AttemptHandler"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT, AXES_COOLOFF_TIME = 5, timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the lock-out ends at the time shown
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE, AXES_USERNAME_CALLABLE = (
    "accounts.login_throttling.axes_client_ip",
    "accounts.login_throttling.axes_username",
)
AXES_LOCKOUT_CALLABLE = "accounts.login_throttling.lockout_response"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "csrfmiddlewaretoken", "code", "next"]
AXES_DISABLE_ACCESS_LOG, AXES_ENABLE_ADMIN, AXES_VERBOSE = True, False, False
CSRF_FAILURE_VIEW = "embassy.admin_errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
if SECURE:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 2 * 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS, SECURE_HSTS_PRELOAD = HSTS_INCLUDE_SUBDOMAINS, HSTS_PRELOAD
    if TRUSTED_PROXY_COUNT:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Logging

LOGGING = logging_config(LOG_FORMAT)
