"""Secrets that the service makes for itself, once, and keeps in a file that only it can read."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

SECRET_BYTES = 48


def kept_secret(path: Path) -> str:
    """The secret in ``path``; made first if there is none. Raises ``OSError`` as files do.

    Processes that start at once agree: the file appears whole, under its name, by a hard link, and
    a link never replaces a file that another process made a moment earlier.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        _publish(secrets.token_urlsafe(SECRET_BYTES), path)
    return path.read_text(encoding="ascii").strip()


def _publish(secret: str, path: Path) -> None:
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.") as draft:
        draft.write(f"{secret}\n")
        draft.flush()
        os.fsync(draft.fileno())
        with suppress(FileExistsError):
            os.link(draft.name, path)
