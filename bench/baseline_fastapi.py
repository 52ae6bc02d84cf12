"""The same job, written as one would with FastAPI, SQLAlchemy's asyncio ORM and pydantic.

Records with a validated body, a sequence without gaps, a log, keyset lists and a delta; one
transaction a request; keys are looked up by digest and remembered. It does less than the service:
no realms, no conflicts, no tombstones, no history. It runs in an environment of its own
(``requirements.txt``): ``uvicorn bench.baseline_fastapi:app``.
"""

import hashlib
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal

from fastapi import Depends, FastAPI, Header, HTTPException, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import JSON, BigInteger, event, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["DATABASE_URL"], pool_size=16)
sessions = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    """The tables."""

    type_annotation_map: ClassVar = {int: BigInteger, dict[str, Any]: JSON}


class Space(Base):
    """Whose row is locked by each writer in turn."""

    __tablename__ = "spaces"
    id: Mapped[str] = mapped_column(primary_key=True)
    head: Mapped[int]


class Row(Base):
    """A record."""

    __tablename__ = "records"
    id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    seq: Mapped[int] = mapped_column(index=True, unique=True)
    created_at: Mapped[str]
    updated_at: Mapped[str]
    updated_by: Mapped[str]
    data: Mapped[dict[str, Any]]


class Change(Base):
    """A line of the log."""

    __tablename__ = "changes"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[str]
    version: Mapped[int]
    op: Mapped[str]
    actor: Mapped[str]
    at: Mapped[str]


class Key(Base):
    """An API key."""

    __tablename__ = "api_keys"
    digest: Mapped[str] = mapped_column(primary_key=True)
    user: Mapped[str]


class Data(BaseModel):
    """The ten fields."""

    model_config = ConfigDict(extra="forbid")
    title: Annotated[str, Field(min_length=1, max_length=100)]
    state: Literal["open", "waiting", "done"]
    priority: Annotated[int, Field(ge=0, le=9)]
    hours: Annotated[float, Field(ge=0)]
    pinned: bool
    due_at: AwareDatetime
    assignee: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]
    tags: Annotated[list[Annotated[str, Field(max_length=20)]], Field(max_length=10)]
    note: Annotated[str, Field(max_length=1000)]
    external_id: uuid.UUID


class New(BaseModel):
    """A record to create."""

    model_config = ConfigDict(extra="forbid")
    data: Data


class Out(BaseModel):
    """A record."""

    model_config = ConfigDict(from_attributes=True)
    id: str
    version: int
    seq: int
    created_at: str
    updated_at: str
    updated_by: str
    data: Data


class Page(BaseModel):
    """Records in the order of their ids."""

    data: list[Out]


class Put(BaseModel):
    """One change of the delta."""

    op: Literal["put"] = "put"
    record: Out


class Delta(BaseModel):
    """Changes in the order of their numbers."""

    changes: list[Put]
    cursor: int
    more: bool


@event.listens_for(engine.sync_engine, "connect")
def durable(connection: Any, _record: object) -> None:
    """The service's durability on SQLite. Postgres has it from its server."""
    if engine.dialect.name == "sqlite":
        cursor = connection.cursor()
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "busy_timeout = 30000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Make the tables, the space, and the one key."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with sessions.begin() as session:
        digest = hashlib.sha256(os.environ["API_KEY"].encode()).hexdigest()
        session.add_all([Space(id="main", head=0), Key(digest=digest, user="bench")])
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)
known_keys: dict[str, str] = {}


async def database() -> AsyncIterator[AsyncSession]:
    """A session for the request."""
    async with sessions() as session:
        yield session


Database = Annotated[AsyncSession, Depends(database)]


async def caller(session: Database, authorization: Annotated[str, Header()]) -> str:
    """The user whose key came with the request."""
    digest = hashlib.sha256(authorization.removeprefix("Bearer ").encode()).hexdigest()
    if digest not in known_keys:
        key = await session.get(Key, digest)
        if key is None:
            raise HTTPException(401)
        known_keys[digest] = key.user
    return known_keys[digest]


Caller = Annotated[str, Depends(caller)]


@app.post("/records", status_code=201)
async def create(new: New, session: Database, user: Caller) -> Out:
    """Create a record."""
    raised = update(Space).where(Space.id == "main").values(head=Space.head + 1)
    seq = (await session.execute(raised.returning(Space.head))).scalar_one()
    now = datetime.now(UTC).isoformat()  # noqa: TID251 - this is not the service
    row = Row(
        id=str(uuid.uuid4()),
        version=1,
        seq=seq,
        created_at=now,
        updated_at=now,
        updated_by=user,
        data=new.data.model_dump(mode="json"),
    )
    change = Change(seq=seq, id=row.id, version=1, op="create", actor=user, at=now)
    session.add_all([row, change])
    await session.commit()
    return Out.model_validate(row)


@app.get("/records/{id_}")
async def get(id_: str, session: Database, _user: Caller) -> Out:
    """Read a record."""
    row = await session.get(Row, id_)
    if row is None:
        raise HTTPException(404)
    return Out.model_validate(row)


@app.get("/records")
async def list_(
    session: Database, _user: Caller, after: str = "", limit: Annotated[int, Query(le=1000)] = 100
) -> Page:
    """List records by id."""
    wanted = select(Row).where(Row.id > after).order_by(Row.id).limit(limit)
    return Page.model_validate({"data": (await session.scalars(wanted)).all()})


@app.get("/changes")
async def delta(
    session: Database, _user: Caller, cursor: int = 0, limit: Annotated[int, Query(le=1000)] = 500
) -> Delta:
    """What happened after ``cursor``."""
    wanted = select(Row).where(Row.seq > cursor).order_by(Row.seq).limit(limit + 1)
    rows = (await session.scalars(wanted)).all()
    changes = [Put(record=Out.model_validate(row)) for row in rows[:limit]]
    end = changes[-1].record.seq if changes else cursor
    return Delta(changes=changes, cursor=end, more=len(rows) > limit)
