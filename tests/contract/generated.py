"""A client that a stranger's program writes from the document, and that no one looks at."""

import importlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACKAGE = "generated_client"
# It knows no text/csv; all that it has to do with a file is to send its bytes.
CONFIG = "content_type_overrides: {text/csv: application/octet-stream}\n"


def generate(url: str, directory: Path) -> str:
    """Write the package into ``directory``; what the program had to say."""
    config = directory / "generator.yaml"
    config.write_text(CONFIG)
    bin_directory = Path(sys.executable).parent  # its formatter, ruff, is looked for on PATH
    done = subprocess.run(
        [
            *(sys.executable, "-m", "openapi_python_client", "generate", "--meta=none"),
            *(f"--url={url}/v1/openapi.json", f"--config={config}"),
            f"--output-path={directory / PACKAGE}",
        ],
        env=os.environ | {"PATH": f"{bin_directory}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout + done.stderr


@dataclass
class Client:
    """The generated package, whose directory is on the path, in the hands of one caller."""

    url: str
    token: str

    def call(self, function: str, *ids: str, body: Any = None, **parameters: Any) -> Any:
        """Its answer to ``api.<function>``: ``status_code``, ``parsed``, ``headers``."""
        operation = importlib.import_module(f"{PACKAGE}.api.{function}")
        caller = self._package.AuthenticatedClient(base_url=self.url, token=self.token)
        given = {} if body is None else {"body": body}
        with caller:
            return operation.sync_detailed(*ids, client=caller, **given, **parameters)

    def model(self, name: str, /, **members: Any) -> Any:
        """An object of a generated class."""
        models = importlib.import_module(f"{PACKAGE}.models")
        return getattr(models, name).from_dict(members)

    def file(self, content: bytes) -> Any:
        """What a body that is a file is wrapped in."""
        return importlib.import_module(f"{PACKAGE}.types").File(payload=content)

    @property
    def _package(self) -> Any:
        return importlib.import_module(PACKAGE)
