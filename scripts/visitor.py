"""A guest of the running service: a user who comes again, and a key for as long as it is needed.

The tour runs as one, so that it works before anybody has bootstrapped and leaves nobody's account
changed.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from scripts.shell import SHELL, backbone_of
from service.auth.errors import UserNotFound
from service.auth.keys import NewKey
from service.auth.policy import EVERY_SCOPE
from service.backbone import Backbone
from service.core.settings import Settings

EMAIL = "visitor@syncline.invalid"


@contextmanager
def visitor(settings: Settings) -> Iterator[str]:
    """The text of the guest's key, which is revoked at the end."""
    with backbone_of(settings) as backbone:
        new = NewKey("Tour", (EVERY_SCOPE,), guest(backbone))
        key, text = backbone.keys.create(SHELL, new)
        try:
            yield text
        finally:
            backbone.keys.revoke(SHELL, key.id)


def guest(backbone: Backbone) -> str:
    """The id of the guest, made at the first visit."""
    try:
        return backbone.users.find(EMAIL).id
    except UserNotFound:
        return backbone.users.create(SHELL, EMAIL, "Visitor", "member").id
