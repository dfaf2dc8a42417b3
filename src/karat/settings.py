"""What an installation may set, each with default and meaning. Read once, at the edge, from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_MiB = 1024 * 1024
_SHOWN_SCHEME = 12
_LOG_LEVELS = ("debug", "info", "warning", "error")


@dataclass(frozen=True)
class Settings:
    """One installation. Every field is read from KARAT_<FIELD IN CAPITALS>."""

    home: Path = Path("karat-data")
    """Folder of everything this installation stores: database, media, uploads, releases, secret key."""
    database_url: str = ""
    """postgresql://user:password@host/name; empty is SQLite in `home`."""
    host: str = "127.0.0.1"
    """Address to listen on. Anything else than loopback should have TLS in front."""
    port: int = 8100
    """Port to listen on."""
    public_url: str = ""
    """Address people use, when it differs from host and port; its scheme decides whether cookies are Secure."""
    synchronous: str = "full"
    """SQLite durability: "full" survives power loss, "normal" survives a crash of the process."""
    session_days: int = 14
    """How long a sign-in lasts."""
    max_upload_bytes: int = 4096 * _MiB
    """Largest file that can be uploaded; the command line imports larger ones."""
    max_request_bytes: int = 2 * _MiB
    """Largest request other than an upload."""
    max_field_bytes: int = 1 * _MiB
    """Largest single field of an imported file."""
    max_image_pixels: int = 100_000_000
    """Largest picture, width times height."""
    sign_in_per_minute: int = 10
    """Sign-in attempts per minute, per address and per account."""
    requests_per_minute: int = 1200
    """Requests per minute of one signed-in account; 0 is no limit."""
    api_docs: bool = False
    """Whether /api/docs shows a page to try the API on; the page loads its scripts from a public CDN."""
    log_level: str = "info"
    """debug, info, warning or error. At debug, commands that fail show where."""

    @property
    def is_postgres(self) -> bool:
        return self.database_url.startswith(("postgresql:", "postgresql+psycopg:", "postgres:"))

    @property
    def address(self) -> str:
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this environment.

    Raises
    ------
    ValueError
        When a number does not read as one, a choice is unknown, or the database is neither PostgreSQL nor SQLite.

    >>> read_settings({"KARAT_PORT": "9000"}).port
    9000
    """
    default = Settings()
    given: dict[str, object] = {}
    for name, standard in vars(default).items():
        text = environment.get(f"KARAT_{name.upper()}")
        if text is not None:
            given[name] = _read(name, text, type(standard))
    settings = Settings(**given)  # type: ignore[arg-type]
    if settings.database_url and not settings.is_postgres:
        # Without the rest of the address: it may hold a password.
        scheme = settings.database_url.partition(":")[0][:_SHOWN_SCHEME]
        raise ValueError(
            f"KARAT_DATABASE_URL begins with {scheme!r}; it must be postgresql://user:password@host/name, "
            "or empty for SQLite in KARAT_HOME."
        )
    if settings.synchronous not in ("full", "normal"):
        raise ValueError(f'KARAT_SYNCHRONOUS is {settings.synchronous!r}; it must be "full" or "normal".')
    if settings.log_level.lower() not in _LOG_LEVELS:
        raise ValueError(f"KARAT_LOG_LEVEL is {settings.log_level!r}; it must be debug, info, warning or error.")
    return settings


def _read(name: str, text: str, kind: type) -> object:
    if kind is bool:
        if text.lower() not in ("0", "1", "true", "false"):
            raise ValueError(f"KARAT_{name.upper()} is {text!r}; it must be 0 or 1.")
        return text.lower() in ("1", "true")
    if kind is int:
        try:
            return int(text)
        except ValueError:
            raise ValueError(f"KARAT_{name.upper()} is {text!r}; it must be a whole number.") from None
    return Path(text).expanduser() if issubclass(kind, Path) else text
