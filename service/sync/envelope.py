"""The body of a push, taken apart without holding the loop.

A push may be megabytes. Its envelope is cut out around the mutations and read strictly, and the
mutations are read strictly one by one, with pauses in between for others. What is wrong with the
envelope refuses the push; what is wrong with one mutation is that mutation's result.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
import orjson

from service.core import jsontext, names
from service.core.errors import FieldError, Invalid, ServiceError
from service.core.offload import offload, yield_now
from service.core.typed import field_error
from service.records.decide import too_large
from service.records.errors import PushTooLarge
from service.records.mutation import Mutation, Result, SeenVersion, rejected
from service.spaces.collections import OnConflict

T = TypeVar("T")

BYTES_BETWEEN_PAUSES: Final = 64 * 1024

_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)

ClientName = Annotated[str, msgspec.Meta(pattern=names.CLIENT)]


class Envelope(msgspec.Struct, forbid_unknown_fields=True):
    """A push, its mutations still text."""

    client_id: ClientName
    mutations: msgspec.Raw
    epoch: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    atomic: bool = False


class Sent(msgspec.Struct, forbid_unknown_fields=True):
    """One mutation as it is sent."""

    mutation_id: ClientName
    op: Literal["put", "patch", "delete"]
    collection: Annotated[str, msgspec.Meta(pattern=names.COLLECTION)]
    id: Annotated[str, msgspec.Meta(pattern=names.RECORD_ID)]
    base_version: Annotated[int, msgspec.Meta(ge=1)] | None = None
    data: dict[str, Any] | None = None
    patch: dict[str, Any] | None = None
    realm: Annotated[str, msgspec.Meta(pattern=names.REALM)] | None = None
    on_conflict: OnConflict | None = None


class Named(msgspec.Struct):
    """As much of a mutation as is needed to answer it."""

    mutation_id: ClientName


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one push may hold."""

    mutations_max: int
    record_bytes_max: int


@dataclass(frozen=True, slots=True)
class PushBody:
    """A push whose envelope is sound."""

    client_id: str
    epoch: str | None
    atomic: bool
    mutations: Sequence[Mutation]


def read(body: bytes, limits: Limits) -> PushBody:
    """Take ``body`` apart. Raises Malformed, Invalid, PushTooLarge for a fault of the envelope."""
    if b"\\u" in body:
        mend = partial(_with_whole_characters, body)
        body = mend() if len(body) <= BYTES_BETWEEN_PAUSES else offload(mend)
    envelope = _envelope(body)
    texts = _decoded(lambda: msgspec.json.decode(envelope.mutations, type=list[msgspec.Raw]))
    if len(texts) > limits.mutations_max:
        raise PushTooLarge(limits={"mutations_max": limits.mutations_max})
    mutations = list(_mutations(texts, limits))
    return PushBody(envelope.client_id, envelope.epoch, envelope.atomic, mutations)


def _with_whole_characters(body: bytes) -> bytes:
    """``body`` with U+0000 for each half of a surrogate pair.

    Neither can be kept. But half a pair is no text to any decoder and would refuse the whole push,
    while U+0000 is a fault of the one mutation that holds it.
    """
    return _ESCAPE.sub(lambda found: b"\\u0000" if found["half"] else found[0], body)


def _envelope(body: bytes) -> Envelope:
    """The envelope; read strictly, with an empty list where the mutations were."""
    try:
        envelope = _decoded(lambda: msgspec.json.decode(body, type=Envelope))
    except Invalid:
        jsontext.parse(body)  # a fault of grammar is reported as one
        raise
    jsontext.parse(body.replace(bytes(envelope.mutations), b"[]", 1))
    return envelope


def _mutations(texts: Sequence[msgspec.Raw], limits: Limits) -> Iterator[Mutation]:
    since_pause = 0
    for n, raw in enumerate(texts):
        text = bytes(raw)
        since_pause += len(text)
        if since_pause > BYTES_BETWEEN_PAUSES:
            since_pause = 0
            yield_now()
        yield _mutation(n, text, limits)


def _mutation(n: int, text: bytes, limits: Limits) -> Mutation:
    try:
        value = jsontext.parse(text)
        sent = msgspec.convert(value, Sent)
    except ServiceError as error:
        return _refused(n, text, error.errors or [FieldError(error.detail, code=error.code)])
    except msgspec.ValidationError as error:
        return _refused(n, text, [field_error(error)])
    fingerprint = sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return _as_mutation(sent, fingerprint, len(text), limits)


def _refused(n: int, text: bytes, errors: Sequence[FieldError]) -> Mutation:
    """A mutation that cannot be read: it is answered under its id, and stands for nothing else.

    One without an id cannot be answered. Then the envelope is at fault.
    """
    try:
        mutation_id = msgspec.json.decode(text, type=Named).mutation_id
    except RecursionError:
        raise jsontext.TooDeep from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        pointer = f"#/mutations/{n}/mutation_id"
        detail = f"Each mutation is an object with a mutation_id: {error}"
        raise Invalid(errors=[FieldError(detail, pointer=pointer)]) from None
    return Mutation(
        op="put",
        collection="",
        id="",
        base=SeenVersion(None),
        mutation_id=mutation_id,
        fingerprint=sha256(text).hexdigest(),
        problem=rejected(*errors),
    )


def _problem(sent: Sent, text: str | None, limits: Limits) -> Result | None:
    """What the op needs and lacks, or has and cannot use; or data that is too large."""
    wanted = {"put": "data", "patch": "patch"}.get(sent.op)
    for name, value in (("data", sent.data), ("patch", sent.patch)):
        if (value is not None) != (name == wanted):
            detail = f"op {sent.op} {'needs' if name == wanted else 'takes no'} {name}."
            return rejected(FieldError(detail, pointer=f"#/{name}"))
    if text is not None and len(text.encode()) > limits.record_bytes_max:
        return rejected(too_large(limits.record_bytes_max))
    return None


def _as_mutation(sent: Sent, fingerprint: str, size: int, limits: Limits) -> Mutation:
    text = jsontext.canonical(sent.data) if sent.data is not None else None
    problem = _problem(sent, text, limits)
    return Mutation(
        op=sent.op,
        collection=sent.collection,
        id=sent.id,
        base=SeenVersion(sent.base_version),
        value=sent.data if sent.op == "put" else sent.patch,
        text=text,
        realm=sent.realm,
        on_conflict=sent.on_conflict,
        mutation_id=sent.mutation_id,
        fingerprint=fingerprint,
        size=size,
        problem=problem,
    )


def _decoded(decode: Callable[[], T]) -> T:
    try:
        return decode()
    except msgspec.ValidationError as error:
        raise Invalid(errors=[field_error(error)]) from None
    except RecursionError:
        raise jsontext.TooDeep from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise jsontext.MalformedJson(f"The body is not JSON: {error}.") from None
