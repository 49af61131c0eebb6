"""Everything the environment may say, typed, checked and explained; `settings.py` reads it.

A wrong value stops the program at once with a sentence that names the variable.
"""

import ipaddress
import os
import re
import secrets
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, parse_qsl, urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class Environment(BaseSettings):
    """The project's environment variables; the field's name in capitals is the variable's."""

    # an empty variable counts as unset: compose files and shells hand those on freely
    model_config = SettingsConfigDict(
        env_file=None, env_ignore_empty=True, extra="ignore", frozen=True
    )

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
    identity_keys: Annotated[list[str], NoDecode] = Field(
        [], description="keys of participants' identifiers, newest first, comma-separated"
    )
    var_dir: Path = Field(ROOT / "var", description="where the database, images and queue live")
    database_url: str = Field("", description="postgres://… ; SQLite in VAR_DIR when empty")
    broker_url: str = Field("", description="redis://… ; a folder in VAR_DIR when empty")
    storage_url: str = Field(
        "", description="s3://KEY:SECRET@host/bucket ; a folder path; VAR_DIR/images when empty"
    )
    serve_pictures: Literal["worker", "nginx"] = Field(
        "worker",
        description="who sends pictures to raters; nginx needs what manage.py nginx prints",
    )
    email_url: str = Field(
        "", description="smtp://USER:PASSWORD@host:587 for invitations; smtps:// for TLS at once"
    )
    email_from: str = Field(
        "", description="sender of invitations, as in Study team <study@example.org>"
    )
    email_per_minute: int = Field(
        60, ge=1, le=6000, description="invitations a minute; mail providers say how many they take"
    )
    prolific_token: str = Field(
        "", description="Prolific's API token; it can spend money, so keep it out of files"
    )
    prolific_api: str = Field(
        "https://api.prolific.com", description="Prolific's API, or a stand-in to rehearse with"
    )
    prolific_webhook_secret: str = Field(
        "", description="secret of the Prolific workspace's hooks; hooks are refused when empty"
    )
    networks_dir: Path | None = Field(
        None, description="folder with networks and their MANIFEST.csv"
    )
    artworks_dir: Path | None = Field(
        None, description="folder of paintings with a MANIFEST.csv, for the demo on real paintings"
    )
    device: str = Field("cpu", description="torch device of the workers: cpu, cuda, cuda:1")
    torch_threads: int = Field(
        0, ge=0, le=256, description="CPU threads of each worker; as many as cores when 0"
    )
    batch_size: int = Field(8, ge=1, le=256, description="images in one tensor batch, at most")
    checkpoint_every: int = Field(
        100, ge=1, description="steps of a training from one checkpoint to the next"
    )
    sheet_every: int = Field(
        250, ge=0, description="steps of a training from one sheet of samples to the next; 0: none"
    )
    max_megapixels: int = Field(
        80, ge=1, le=178, description="larger pictures are refused before they are unpacked"
    )
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
        if not isinstance(value, str):
            return value
        hosts = [host.strip() for host in value.split(",") if host.strip()]
        if "*" in hosts:
            raise ValueError("name each host; * would serve pages under any forged name")
        if any(set(host) & set("/?#@ ") for host in hosts):
            raise ValueError("write names only, as in study.example.org,www.example.org")
        return hosts

    @field_validator("site_url")
    @classmethod
    def check_site_url(cls, value: str) -> str:
        parts = _split(value)
        bare = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
        if parts.scheme not in {"http", "https"} or not parts.hostname or not bare:
            raise ValueError("write it as https://study.example.org, without a path")
        return value.rstrip("/")

    @field_validator("prolific_api")
    @classmethod
    def check_prolific_api(cls, value: str) -> str:
        parts = _split(value)
        safe = parts.scheme == "https" or (
            parts.scheme == "http" and _is_private(parts.hostname or "")
        )
        if not (safe and parts.hostname):
            raise ValueError("write it as https://api.prolific.com; http only on this machine")
        return value.rstrip("/")

    @field_validator("email_url")
    @classmethod
    def check_email_url(cls, value: str) -> str:
        parts = _split(value)
        if not value:
            return value
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path.strip("/"):
            raise ValueError("write it as smtp://USER:PASSWORD@mail.example.org:587")
        if parts.query not in {"", "insecure=1"} or (parts.query and parts.scheme == "smtps"):
            raise ValueError("after the ? only insecure=1, for smtp:// to a server without TLS")
        if parts.query and parts.password and not _is_private(parts.hostname):
            raise ValueError("with insecure=1 the password would cross the network in the clear")
        return value

    @field_validator("email_from")
    @classmethod
    def check_email_from(cls, value: str) -> str:
        if value and not re.fullmatch(r"([^<>@\r\n]+<)?[^\s@<>,;]+@[^\s@<>,;]+>?", value):
            raise ValueError("write it as study@example.org, or Study team <study@example.org>")
        return value

    @field_validator("prolific_token", "prolific_webhook_secret")
    @classmethod
    def check_prolific_secrets(cls, value: str) -> str:
        if any(letter.isspace() for letter in value):
            raise ValueError("copy it without spaces or line ends")
        return value

    @field_validator("secret_key")
    @classmethod
    def check_secret_key(cls, value: str) -> str:
        if value and (len(value) < 50 or len(set(value)) < 5):
            raise ValueError("give 50 random characters or more, or leave it empty to have it made")
        return value

    @field_validator("identity_keys", mode="before")
    @classmethod
    def split_identity_keys(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        keys = [key.strip() for key in value.split(",")]
        if any(len(key) < 40 or len(set(key)) < 5 for key in keys):
            raise ValueError("each needs 40 random characters or more; separate them by commas")
        if len(set(keys)) < len(keys):
            raise ValueError("one key is listed twice; the newest comes first, older ones after it")
        return keys

    @field_validator("database_url")
    @classmethod
    def check_database_url(cls, value: str) -> str:
        parts = _split(value)
        if value and parts.scheme not in {"postgres", "postgresql", "sqlite"}:
            raise ValueError("only postgres:// and sqlite:// databases are supported")
        if value and not parts.path.strip("/"):
            raise ValueError(f"write it as {parts.scheme}://…/NAME, with the name of the database")
        return value

    @field_validator("broker_url")
    @classmethod
    def check_broker_url(cls, value: str) -> str:
        if value and _split(value).scheme not in {"redis", "rediss", "amqp", "amqps"}:
            raise ValueError("only redis://, rediss:// and amqp:// brokers are supported")
        return value

    @field_validator("storage_url")
    @classmethod
    def check_storage_url(cls, value: str) -> str:
        parts = _split(value)
        if parts.scheme not in {"", "file", "s3"}:
            raise ValueError("only s3:// buckets and folders are supported")
        if parts.scheme == "s3" and not (parts.hostname and parts.path.strip("/")):
            raise ValueError(
                "write it as s3://KEY:SECRET@host[:port]/bucket[/prefix]"
                " (?insecure=1 for a server without TLS, ?region=… where one is needed)"
            )
        if parts.scheme == "s3":
            _check_bucket_options(parts.query)
        elif value and not (parts.path.startswith("/") and parts.hostname in {None, "localhost"}):
            raise ValueError("write a folder whole, from the root: /srv/connoisseur/images")
        return value

    @field_validator("networks_dir", "artworks_dir")
    @classmethod
    def check_folder(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_dir():
            raise ValueError(f"there is no folder {value}")
        return value

    @field_validator("device")
    @classmethod
    def check_device(cls, value: str) -> str:
        if not re.fullmatch(r"cpu|mps|cuda(:\d+)?", value):
            raise ValueError("write cpu, cuda, cuda:1 or mps")
        return value

    @model_validator(mode="after")
    def check_transport(self) -> "Environment":
        scheme = urlsplit(self.site_url).scheme
        loose = "DEBUG" if self.debug else "PLAIN_HTTP"
        if (self.debug or self.plain_http) and not _is_private(self.host):
            raise ValueError(
                f"{loose} is for a loopback or private address, and SITE_URL is at {self.host};"
                " put a TLS proxy in front and use https://"
            )
        if self.plain_http and scheme != "http":
            raise ValueError(
                "PLAIN_HTTP=1 needs a SITE_URL that starts with http://, e.g. http://localhost:8000"
            )
        if self.secure and scheme != "https":
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
        if not path.exists():
            _write_once(path, secrets.token_urlsafe(50))
        return path.read_text()


def _write_once(path: Path, text: str) -> None:
    """Put a whole file in place, for its owner only; whoever comes second changes nothing."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    draft = Path(name)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _split(address: str) -> SplitResult:
    """The parts of an address; a port that is no number is refused here, not at the first use."""
    parts = urlsplit(address)
    try:
        _ = parts.port
    except ValueError:
        raise ValueError("its port is not a number between 0 and 65535") from None
    return parts


def _check_bucket_options(query: str) -> None:
    options = dict(parse_qsl(query, keep_blank_values=True))
    unknown = sorted(set(options) - {"insecure", "region"})
    if unknown or options.get("insecure", "1") not in {"0", "1"}:
        raise ValueError(f"after the ? stand insecure=0 or insecure=1 and region=…, not “{query}”")


def _is_private(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False


def read_environment() -> Environment:
    """The environment, or an exit with one sentence for each wrong variable."""
    try:
        environment = Environment()
        environment.var_dir.mkdir(parents=True, exist_ok=True)
    except ValidationError as error:
        sys.stderr.writelines(f"{_sentence(dict(finding))}\n" for finding in error.errors())
    except OSError as error:
        sys.stderr.write(f"Wrong setting VAR_DIR: the folder cannot be made ({error}).\n")
    else:
        return environment
    raise SystemExit(2)


def _sentence(finding: dict[str, Any]) -> str:
    """One finding without the value itself, which may hold a password."""
    name = "_".join(str(part) for part in finding["loc"]).upper()
    message = finding["msg"].removeprefix("Value error, ").replace("Input should", "it should", 1)
    return f"Wrong setting{f' {name}' if name else ''}: {message}."
