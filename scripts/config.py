"""Print every setting, what it is now and where that comes from: ``python -m scripts.config``.

``--markdown`` prints the page of the documentation instead, which knows no environment.
"""

import argparse
import os
import re
import sys
from collections.abc import Iterator, Mapping

from scripts.processes import settings_or_exit
from service.core.settings import SETTINGS, Setting, Settings

PASSWORD = re.compile(r"(?<=:)[^:/@]+(?=@)")
INTRODUCTION = """# Settings

Everything is set by environment variables. A variable that is empty counts as unset; one that is
not understood stops the start and says what to set. `.venv/bin/python -m scripts.config` prints
what is in effect where it runs (with `--markdown` it made this page). `dev.py up` sets three of
them itself unless you do: `BIND_ADDRESS` (this machine alone), `LOG_FORMAT`, `BOOTSTRAP_TOKEN`.

| Variable | Default | Meaning |
|---|---|---|"""


def main(arguments: list[str]) -> None:
    """Print the table in the form that is asked for."""
    parser = argparse.ArgumentParser(description="Print every setting and its value.")
    parser.add_argument("--markdown", action="store_true", help="print docs/settings.md")
    options = parser.parse_args(arguments)
    print(markdown() if options.markdown else "\n".join(table(settings_or_exit(), os.environ)))


def markdown() -> str:
    """The page of the documentation."""
    rows = (f"| `{row.name}` | {default_of(row)} | {row.help} |" for row in SETTINGS)
    return "\n".join([INTRODUCTION, *rows])


def default_of(row: Setting) -> str:
    """The default as the page shows it."""
    return row.otherwise if row.default is None else f"`{row.default}`"


def table(settings: Settings, environ: Mapping[str, str]) -> Iterator[str]:
    """A line a setting: name, value, source."""
    for row in SETTINGS:
        source = "environment" if environ.get(row.name, "").strip() else "default"
        yield f"{row.name:24} {shown(row, settings):48} {source}"


def shown(row: Setting, settings: Settings) -> str:
    """The value as it may be shown to whoever looks over the shoulder."""
    value = getattr(settings, row.name.lower())
    if value is None:
        return row.otherwise
    if row.secret and "://" in str(value):
        return PASSWORD.sub("***", str(value))
    return "***" if row.secret else str(value)


if __name__ == "__main__":
    main(sys.argv[1:])
