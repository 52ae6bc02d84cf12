"""Pushing: what a client did, decided mutation by mutation and answered as one list."""

from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from service.auth.principal import Principal
from service.records.errors import AtomicConflict
from service.records.mutation import Mutation, Result
from service.records.push import Push
from service.records.writer import Writer
from service.sync import envelope
from service.sync.envelope import Limits


@dataclass(frozen=True, slots=True)
class Pusher:
    """Answers pushes."""

    writer: Writer
    limits: Limits

    def push(self, principal: Principal, space: str, body: bytes) -> bytes:
        """The answer's JSON text.

        Raises Malformed, Invalid, PushTooLarge, SpaceNotFound, EpochChanged, AtomicConflict, Busy.
        """
        sent = envelope.read(body, self.limits)
        outcome = self.writer.write(
            Push(space, principal, sent.mutations, sent.client_id, sent.epoch, sent.atomic)
        )
        answered = list(zip(sent.mutations, outcome.results, strict=True))
        if outcome.refused:
            in_the_way = [(sent_, result) for sent_, result in answered if not result.stood]
            raise AtomicConflict(results=orjson.Fragment(_listed(in_the_way)))
        epoch, head = outcome.epoch, outcome.head
        return f'{{"results":{_listed(answered)},"head":{head},"epoch":"{epoch}"}}'.encode()


def _listed(answered: Iterable[tuple[Mutation, Result]]) -> str:
    results = (result.as_json(mutation.mutation_id) for mutation, result in answered)
    return f"[{','.join(results)}]"
