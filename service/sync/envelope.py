"""The body of a push, taken apart without holding the loop.

A push may be megabytes. Its envelope is cut out around the mutations and read strictly, and the mutations
are read strictly one by one, with pauses in between for others. What is wrong with the envelope refuses the
push; what is wrong with one mutation is that mutation's result.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
import orjson

from service.core import jsontext, names
from service.core.errors import FieldError, Invalid, ServiceError
from service.core.offload import yield_now
from service.core.typed import field_error
from service.records.decide import too_large
from service.records.mutation import Mutation, Result, SeenVersion, rejected
from service.sync.errors import PushTooLarge

T = TypeVar("T")

BYTES_BETWEEN_PAUSES: Final = 64 * 1024

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
    on_conflict: Literal["reject", "merge", "overwrite"] | None = None


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
    envelope = _envelope(body)
    texts = _decoded(lambda: msgspec.json.decode(envelope.mutations, type=list[msgspec.Raw]))
    if len(texts) > limits.mutations_max:
        raise PushTooLarge(limits={"mutations_max": limits.mutations_max})
    mutations = list(_mutations(texts, limits))
    return PushBody(envelope.client_id, envelope.epoch, envelope.atomic, mutations)


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
    problem: Result | None = None
    try:
        value = jsontext.parse(text)
    except ServiceError as error:
        problem = rejected(*(error.errors or [FieldError(error.detail, code=error.code)]))
        value = orjson.loads(text)
    mutation_id = _mutation_id(n, value)
    fingerprint = sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()
    if problem is None:
        sent = _sent(value)
        if isinstance(sent, Sent):
            return _as_mutation(sent, fingerprint, limits)
        problem = rejected(sent)
    return Mutation(
        "put",
        "",
        "",
        SeenVersion(None),
        mutation_id=mutation_id,
        fingerprint=fingerprint,
        problem=problem,
    )


def _mutation_id(n: int, value: Any) -> str:  # noqa: ANN401 - whatever was sent
    """The id under which the answer goes. Without one there can be no answer: the envelope is at fault."""
    pointer = f"#/mutations/{n}"
    try:
        members = msgspec.convert(value, dict[str, Any])
        return msgspec.convert(members.get("mutation_id"), ClientName)
    except msgspec.ValidationError as error:
        detail = f"Each mutation is an object with a mutation_id: {error}"
        raise Invalid(errors=[FieldError(detail, pointer=f"{pointer}/mutation_id")]) from None


def _sent(value: Any) -> Sent | FieldError:  # noqa: ANN401 - whatever was sent
    try:
        sent = msgspec.convert(value, Sent)
    except msgspec.ValidationError as error:
        return field_error(error)
    return _misfit(sent) or sent


def _misfit(sent: Sent) -> FieldError | None:
    """What the op needs and lacks, or has and cannot use."""
    wanted = {"put": "data", "patch": "patch"}.get(sent.op)
    for name, value in (("data", sent.data), ("patch", sent.patch)):
        if (value is not None) != (name == wanted):
            detail = f"op {sent.op} {'needs' if name == wanted else 'takes no'} {name}."
            return FieldError(detail, pointer=f"#/{name}")
    return None


def _as_mutation(sent: Sent, fingerprint: str, limits: Limits) -> Mutation:
    text = jsontext.canonical(sent.data) if sent.data is not None else None
    problem = None
    if text is not None and len(text.encode()) > limits.record_bytes_max:
        problem = rejected(too_large(limits.record_bytes_max))
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
        problem=problem,
    )


def _decoded(decode: Callable[[], T]) -> T:
    try:
        return decode()
    except msgspec.ValidationError as error:
        raise Invalid(errors=[field_error(error)]) from None
    except msgspec.DecodeError as error:
        raise jsontext.MalformedJson(f"The body is not JSON: {error}.") from None
