"""Make the first user, as ``POST /v1/bootstrap`` does: ``python -m scripts.create_admin EMAIL``.

Whoever can run this here needs no token. It prints the user's first API key, once.
"""

import argparse
import sys
from contextlib import closing

from scripts.processes import settings_or_exit, stop
from service.auth.errors import Bootstrapped
from service.backbone import open_backbone


def main(arguments: list[str]) -> None:
    """Make the user and print the key, or end with the reason."""
    parser = argparse.ArgumentParser(description="Make the first user, who owns the space main.")
    parser.add_argument("email")
    parser.add_argument("--name", help="as it is shown to others")
    options = parser.parse_args(arguments)
    with closing(open_backbone(settings_or_exit())) as backbone:
        try:
            made = backbone.bootstrap.by_shell(options.email, options.name)
        except Bootstrapped as problem:
            stop(problem.detail.replace("``", ""))
    print(f"user  {made.user.id}")
    print(f"key   {made.text}")


if __name__ == "__main__":
    main(sys.argv[1:])
