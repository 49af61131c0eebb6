"""Everything the environment may say, typed, checked and explained; `settings.py` reads it.

A wrong value stops the program at once with a sentence that names the variable.
"""

import ipaddress
import os
import secrets
import sys
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class Environment(BaseSettings):
    """The project's environment variables; the field's name in capitals is the variable's."""

    model_config = SettingsConfigDict(env_file=None, extra="ignore", frozen=True)

    debug: bool = Field(False, description="Django's debug pages; never on a public server")
    plain_http: bool = Field(
        False, description="serve without TLS, on a loopback or private address only"
    )
    site_url: str = Field(
        "https://localhost", description="where people reach the site; links are built from it"
    )
    allowed_hosts: Annotated[list[str], NoDecode] = Field(
        [], description="further host names that are served, comma-separated"
    )
    secret_key: str = Field(
        "", description="signs links and sessions; made and kept in VAR_DIR when empty"
    )
    var_dir: Path = Field(ROOT / "var", description="where the database, images and queue live")
    database_url: str = Field("", description="postgres://… ; SQLite in VAR_DIR when empty")
    broker_url: str = Field("", description="redis://… ; a folder in VAR_DIR when empty")
    storage_url: str = Field(
        "", description="s3://KEY:SECRET@host/bucket ; a folder path; VAR_DIR/images when empty"
    )
    networks_dir: Path | None = Field(
        None, description="folder with networks and their MANIFEST.csv"
    )
    artworks_dir: Path | None = Field(
        None, description="folder of paintings with a MANIFEST.csv, for the demo"
    )
    device: str = Field("cpu", description="torch device of the workers: cpu, cuda, cuda:1")
    batch_size: int = Field(8, ge=1, le=256, description="images in one tensor batch, at most")
    lease_seconds: int = Field(
        60, ge=2, le=3600, description="a job whose worker is silent this long is queued again"
    )
    log_level: LogLevel = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")
    log_format: Literal["console", "json"] = Field(
        "console", description="console for people, json for machines"
    )
    hsts_seconds: int = Field(31_536_000, ge=0, description="0 turns HSTS off")
    trust_proxy: bool = Field(
        False, description="believe X-Forwarded-Proto and -For of a proxy that overwrites them"
    )

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def split_hosts(cls, value: object) -> object:
        return [host.strip() for host in value.split(",") if host.strip()] if isinstance(
            value, str
        ) else value

    @field_validator("site_url")
    @classmethod
    def check_site_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("write it as https://study.example.org")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def check_database_url(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in {"postgres", "postgresql", "sqlite"}:
            raise ValueError("only postgres:// and sqlite:// databases are supported")
        return value

    @field_validator("broker_url")
    @classmethod
    def check_broker_url(cls, value: str) -> str:
        schemes = {"redis", "rediss", "amqp", "amqps", "filesystem", "memory"}
        if value and urlsplit(value).scheme not in schemes:
            raise ValueError("only redis://, rediss:// and amqp:// brokers are supported")
        return value

    @model_validator(mode="after")
    def check_transport(self) -> "Environment":
        if self.debug:
            return self
        if self.plain_http and not _is_private(self.host):
            raise ValueError(
                f"PLAIN_HTTP is for a loopback or private address, and SITE_URL is at {self.host};"
                " put a TLS proxy in front and use https://"
            )
        if not self.plain_http and not self.site_url.startswith("https://"):
            raise ValueError(
                "SITE_URL must start with https:// (or set PLAIN_HTTP=1 on a private machine)"
            )
        return self

    @property
    def host(self) -> str:
        """The host name people type."""
        return urlsplit(self.site_url).hostname or ""

    @property
    def secure(self) -> bool:
        """Whether cookies are for TLS only and HSTS is sent."""
        return not (self.debug or self.plain_http)

    def signing_key(self) -> str:
        """SECRET_KEY, or a random one that is made once and kept readable by its owner only."""
        if self.secret_key:
            return self.secret_key
        path = self.var_dir / "secret_key"
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text()
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
        return path.read_text()


def _is_private(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False


def read_environment() -> Environment:
    """The environment, or an exit with one sentence for each wrong variable."""
    try:
        environment = Environment()
    except ValidationError as error:
        for finding in error.errors():
            name = "_".join(str(part) for part in finding["loc"]).upper()
            message = finding["msg"].removeprefix("Value error, ")
            sys.stderr.write(f"Wrong setting{f' {name}' if name else ''}: {message}.\n")
        raise SystemExit(2) from None
    environment.var_dir.mkdir(parents=True, exist_ok=True)
    return environment
