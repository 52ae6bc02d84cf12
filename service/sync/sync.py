"""The two verbs of sync."""

from dataclasses import dataclass

from service.auth.principal import Principal
from service.sync.pull import Answer, Puller, Wish
from service.sync.push import Pusher


@dataclass(frozen=True, slots=True)
class Sync:
    """Pull and push."""

    puller: Puller
    pusher: Pusher
    push_bytes_max: int

    def pull(self, principal: Principal, space: str, wish: Wish) -> Answer | None:
        """See Puller.pull."""
        return self.puller.pull(principal, space, wish)

    def push(self, principal: Principal, space: str, body: bytes) -> bytes:
        """See Pusher.push."""
        return self.pusher.push(principal, space, body)
