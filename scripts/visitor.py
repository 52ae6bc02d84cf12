"""A guest of the running service: a user and a key that live as long as they are needed.

The tour runs as one, so that it works before anybody has bootstrapped and leaves nobody's account
changed.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from service.auth.keys import NewKey
from service.auth.policy import EVERY_SCOPE
from service.auth.principal import Principal
from service.backbone import open_backbone
from service.core.settings import Settings

SHELL = Principal("shell", "shell", frozenset({EVERY_SCOPE}), "admin")


@contextmanager
def visitor(settings: Settings) -> Iterator[str]:
    """The text of the guest's key, which is revoked at the end."""
    with closing(open_backbone(settings)) as backbone:
        user = backbone.users.create(SHELL, None, "Visitor", "member")
        new = NewKey("Tour", (EVERY_SCOPE,), user.id)
        key, text = backbone.keys.create(SHELL, new)
        try:
            yield text
        finally:
            backbone.keys.revoke(SHELL, key.id)
