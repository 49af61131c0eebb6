"""What nginx must be told to send pictures itself: written for the store that this site has.

What a rater's browser receives is the same for every picture: no ETag, no
Last-Modified, no ranges, nothing of a bucket's own headers, one type, one length.
"""

from dataclasses import dataclass

from studies.showing.sending import INNER

BUCKET_HEADERS = (
    "ETag",
    "Last-Modified",
    "Accept-Ranges",
    "Server",
    "Via",
    "Vary",
    "x-amzn-requestid",
    "x-amz-content-sha256",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-id-2",
    "x-amz-request-id",
    "x-amz-version-id",
    "x-amz-server-side-encryption",
    "x-amz-storage-class",
    "x-amz-meta-sha256",
    "x-amz-replication-status",
    "x-amz-checksum-crc32",
    "x-amz-checksum-crc32c",
    "x-amz-checksum-crc64nvme",
    "x-amz-checksum-sha1",
    "x-amz-checksum-sha256",
    "x-amz-checksum-type",
    "x-amz-expiration",
    "x-amz-tagging-count",
    "X-Ratelimit-Limit",
    "X-Ratelimit-Remaining",
    "Access-Control-Allow-Origin",
    "Content-Disposition",
)
"""What a bucket may tell of an object: nothing of it reaches a rater."""


@dataclass(frozen=True)
class Store:
    """Where the pictures are: a folder, or the address of a bucket's server."""

    folder: str = ""
    endpoint: str = ""


def pictures(store: Store) -> str:
    """The location from which nginx fetches what the worker allowed; nobody else can ask for it."""
    lines = _folder(store.folder) if store.folder else _bucket(store.endpoint)
    always = ["internal;", *lines, 'add_header X-Content-Type-Options "nosniff";']
    inside = "\n".join(f"    {line}" for line in always)
    return f"location {INNER} {{\n{inside}\n}}\n"


def server(store: Store, site: str, upstream: str) -> str:
    """A whole server: everything goes to the workers at `upstream` but the bytes of pictures.

    `site` is the host name. TLS is for whoever installs it: certificates are not known here.
    """
    location = pictures(store).replace("\n", "\n    ").rstrip()
    return f"""# Connoisseur behind nginx: the workers need SERVE_PICTURES=nginx and TRUST_PROXY=1.
server {{
    listen 80;  # in public: listen 443 ssl, with ssl_certificate and ssl_certificate_key
    server_name {site};
    server_tokens off;
    client_max_body_size 2m;

    location / {{
        proxy_pass {upstream};
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header X-Forwarded-For $remote_addr;
    }}

    {location}
}}
"""


def _folder(folder: str) -> list[str]:
    return [
        f"alias {folder.rstrip('/')}/;",
        "types {}",
        "default_type image/png;",
        "etag off;",
        "if_modified_since off;",
        "max_ranges 0;",
        'add_header Last-Modified "";',
    ]


def _bucket(endpoint: str) -> list[str]:
    host = endpoint.partition("://")[2]
    return [
        f"proxy_pass {endpoint.rstrip('/')}/;",
        f"proxy_set_header Host {host};",
        "proxy_ssl_server_name on;",
        "proxy_pass_request_headers off;",
        "proxy_pass_request_body off;",
        'proxy_set_header Content-Length "";',
        'proxy_set_header Connection "";',
        "proxy_http_version 1.1;",
        "proxy_ignore_headers Set-Cookie Cache-Control Expires Vary;",
        *(f"proxy_hide_header {name};" for name in BUCKET_HEADERS),
    ]
