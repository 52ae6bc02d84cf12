"""How the text of an environment variable becomes a value.

A parser takes text and returns the value, or raises ``ValueError`` with the second half of a
sentence that begins with the variable's name: "must be …".
"""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

SECRET_CHARACTERS_MIN = 32
HOW_TO_MAKE_ONE = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))' makes one"
TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off"})
SIZE = re.compile(r"(\d{1,15}) ?(KiB|MiB|GiB)?", re.ASCII)
SIZE_UNITS = {None: 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
TLS_CHECKS = {
    "none": "none",
    "optional": "optional",
    "required": "required",
    "CERT_NONE": "none",
    "CERT_OPTIONAL": "optional",
    "CERT_REQUIRED": "required",
}


def text(value: str) -> str:
    """Any text, as it is."""
    return value


def whole(least: int, most: int) -> Callable[[str], int]:
    """A whole number of ``least`` to ``most``."""

    def parse(value: str) -> int:
        if not (value.isascii() and value.isdigit()) or not least <= int(value) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(value)

    return parse


def size(least: int, most: int) -> Callable[[str], int]:
    """A number of bytes of ``least`` to ``most``, written plain or with KiB, MiB or GiB."""

    def parse(value: str) -> int:
        match = SIZE.fullmatch(value)
        amount = int(match[1]) * SIZE_UNITS[match[2]] if match else -1
        if not least <= amount <= most:
            raise ValueError(
                f"must be a size from {least} to {most} bytes, such as 512 KiB or 4 MiB"
            )
        return amount

    return parse


def one_of(*words: str) -> Callable[[str], str]:
    """One of ``words``, whatever its case."""

    def parse(value: str) -> str:
        for word in words:
            if word.lower() == value.lower():
                return word
        raise ValueError(f"must be one of {', '.join(words)}")

    return parse


def switch(value: str) -> bool:
    """``1`` or ``0``, or a word that means the same."""
    if value.lower() not in TRUE_WORDS | FALSE_WORDS:
        raise ValueError("must be 1 or 0")
    return value.lower() in TRUE_WORDS


def directory(value: str) -> Path:
    """An absolute path; ``~`` is the home directory."""
    return Path(value).expanduser().absolute()


def secret(value: str) -> str:
    """A secret that is long enough to be one."""
    if len(value) < SECRET_CHARACTERS_MIN:
        raise ValueError(
            f"must have at least {SECRET_CHARACTERS_MIN} characters: {HOW_TO_MAKE_ONE}"
        )
    return value


def database_url(value: str) -> str:
    """A SQLAlchemy URL; the two names that platforms give Postgres become the driver's."""
    scheme, _, rest = value.partition("://")
    if scheme in {"postgres", "postgresql", "postgresql+psycopg"}:
        return f"postgresql+psycopg://{rest}"
    if scheme == "sqlite" and rest.startswith("/") and rest[1:] not in {"", ":memory:"}:
        return value
    raise ValueError(
        "must be postgres://user:password@host/name, or sqlite:/// and the path of a file"
    )


def redis_url(value: str) -> str:
    """A Redis URL; with TLS it always says how certificates are checked.

    Celery refuses ``rediss://`` without ``ssl_cert_reqs`` and redis-py refuses Celery's spelling of
    it; the lower-case words are understood by both.
    """
    url = urlsplit(value)
    if url.scheme not in {"redis", "rediss", "unix"}:
        raise ValueError(
            "must be redis://host:port/0, rediss://… for TLS, or unix:///path/of/socket"
        )
    if url.scheme != "rediss":
        return value
    query = parse_qs(url.query)
    checks = query.pop("ssl_cert_reqs", ["required"])[-1]
    if checks not in TLS_CHECKS:
        raise ValueError("must have ssl_cert_reqs=required, optional or none")
    query["ssl_cert_reqs"] = [TLS_CHECKS[checks]]
    return urlunsplit(url._replace(query=urlencode(query, doseq=True)))


def web_url(value: str) -> str:
    """The address of a web server: scheme, host and perhaps a port, no path."""
    url = urlsplit(value)
    if url.scheme not in {"http", "https"} or not url.hostname or url.path.strip("/") or url.query:
        raise ValueError("must be like https://sync.example.org, without a path")
    return f"{url.scheme}://{url.netloc}"
