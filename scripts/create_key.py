"""Make an API key for a user who is there: ``python -m scripts.create_key EMAIL``.

For whoever has lost the last one. It prints the key, once; the audit says that it came from a
shell.
"""

import argparse
import sys

from scripts.processes import settings_or_exit, stop
from scripts.shell import SHELL, backbone_of
from service.auth.errors import UserNotFound
from service.auth.keys import NewKey
from service.auth.policy import EVERY_SCOPE, SCOPES
from service.auth.principal import Principal
from service.backbone import Backbone
from service.core import clock
from service.core.errors import ServiceError

DAYS_MAX = 36_500
USERS_NAMED_MAX = 20


def main(arguments: list[str]) -> None:
    """Make the key and print it, or end with the reason."""
    options = parse(arguments)
    with backbone_of(settings_or_exit()) as backbone:
        try:
            key_id, text = create(backbone, options)
        except UserNotFound:
            stop(f"There is no user {options.user}; there are: {', '.join(users(backbone))}.")
        except ServiceError as problem:
            stop(problem.detail)
    print(f"id   {key_id}")
    print(f"key  {text}")


def parse(arguments: list[str]) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description="Make an API key for a user.")
    parser.add_argument("user", help="email address or id")
    parser.add_argument("--name", default="Made on a shell", help="to know it by")
    parser.add_argument("--scope", action="append", choices=sorted(SCOPES), help="default: all")
    parser.add_argument("--days", type=days, help="until it expires; default: never")
    return parser.parse_args(arguments)


def days(text: str) -> int:
    """A number of days to live."""
    number = int(text)
    if not 1 <= number <= DAYS_MAX:
        raise argparse.ArgumentTypeError(f"give a number from 1 to {DAYS_MAX:,}")
    return number


def users(backbone: Backbone) -> list[str]:
    """Some who are there, by the name that finds them."""
    return [user.email or user.id for user in backbone.users.page(SHELL, "", USERS_NAMED_MAX)]


def create(backbone: Backbone, options: argparse.Namespace) -> tuple[str, str]:
    """The id and the text of the new key. Raises UserNotFound, TooManyKeys."""
    user = backbone.users.find(options.user)
    expires_at_ms = options.days and clock.now_ms() + options.days * clock.DAY_MS
    new = NewKey(options.name, tuple(options.scope or [EVERY_SCOPE]), user.id, expires_at_ms)
    shell = Principal(user.id, "shell", frozenset({EVERY_SCOPE}), "admin")
    api_key, text = backbone.keys.create(shell, new)
    return api_key.id, text


if __name__ == "__main__":
    main(sys.argv[1:])
