"""Make the first user, as ``POST /v1/bootstrap`` does: ``python -m scripts.create_admin EMAIL``.

Whoever can run this here needs no token. It prints the user's first API key, once.
"""

import argparse
import sys

from marshmallow import ValidationError
from marshmallow.validate import Email

from scripts.processes import settings_or_exit, stop
from scripts.shell import backbone_of
from service.auth.errors import Bootstrapped


def main(arguments: list[str]) -> None:
    """Make the user and print the key, or end with the reason."""
    parser = argparse.ArgumentParser(description="Make the first user, who owns the space main.")
    parser.add_argument("email", type=address)
    parser.add_argument("--name", help="as it is shown to others")
    options = parser.parse_args(arguments)
    with backbone_of(settings_or_exit()) as backbone:
        try:
            made = backbone.bootstrap.by_shell(options.email, options.name)
        except Bootstrapped as problem:
            stop(problem.detail)
    print(f"user  {made.user.id}")
    print(f"key   {made.text}")


def address(text: str) -> str:
    """``text`` if it is an email address."""
    try:
        return str(Email()(text))
    except ValidationError:
        raise argparse.ArgumentTypeError(f"{text} is not an email address") from None


if __name__ == "__main__":
    main(sys.argv[1:])
