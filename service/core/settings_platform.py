"""Which hosting platform this process runs on, and what that means for what it writes to disk.

Platforms announce themselves by environment variables. On all of them a file written beside the
code is gone at the next deployment unless it lies on a disk that was attached on purpose, and such
a disk can be seen: it is a mount point of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Platform:
    """A hosting platform: ``marker`` is a variable that every process there finds set."""

    name: str
    marker: str
    disk: str | None
    """How to attach a disk that lasts; ``None`` where there is no such thing."""


PLATFORMS = (
    Platform("Heroku", "DYNO", None),
    Platform("Render", "RENDER_SERVICE_ID", "add a disk to the service"),
    Platform("Railway", "RAILWAY_SERVICE_ID", "attach a volume to the service"),
    Platform("Fly.io", "FLY_APP_NAME", "create a volume and mount it in fly.toml"),
)


def platform_of(environ: Mapping[str, str]) -> Platform | None:
    """The platform that set ``environ``, if it is one we know."""
    return next((platform for platform in PLATFORMS if platform.marker in environ), None)


def loses(platform: Platform, directory: Path) -> bool:
    """Whether files in ``directory`` are gone when ``platform`` next replaces the process."""
    attached = any(place.is_mount() for place in (directory, *directory.parents[:-1]))
    return platform.disk is None or not attached
