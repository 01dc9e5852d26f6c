"""A bicycle rental with an HTTP service, as somebody else would have written it; `twist` makes it misbehave."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal

import uvicorn
from fastapi import Depends, FastAPI, Form, Header, HTTPException, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.security import HTTPBearer
from pydantic import BaseModel, Field

BICYCLES = {"city": 4, "cargo": 1}


class Rental(BaseModel):
    """A bicycle that somebody has."""

    rental_id: str
    customer: str
    bicycle: Literal["city", "cargo"]
    until: date
    extended: int = 0
    accessories: list[str] = []


class Extension(BaseModel):
    """How long to keep it."""

    days: int = Field(ge=1, le=14)
    reason: str | None = None


class Problem(Exception):  # noqa: N818
    """An error as RFC 9457 writes it."""

    def __init__(self, status: int, kind: str, detail: str) -> None:
        self.status, self.kind, self.detail = status, kind, detail


@dataclass
class Service:
    """The rental as it runs: its records, what it was asked, and how it misbehaves."""

    rentals: dict[str, Rental]
    url: str = ""
    twist: Any = None
    seen: list[Request] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    tokens: int = 0
    valid: set[str] = field(default_factory=lambda: {"secret"})

    def calls(self, method: str) -> int:
        return sum(request.method == method for request in self.seen)


def rentals() -> dict[str, Rental]:
    return {
        "R-1": Rental(rental_id="R-1", customer="C1", bicycle="city", until=date(2026, 6, 20)),
        "R-2": Rental(rental_id="R-2", customer="C2", bicycle="cargo", until=date(2026, 6, 18)),
    }


def app_of(service: Service) -> FastAPI:
    """The service's own application, with the document that FastAPI writes for it."""
    app = FastAPI(title="Rental")
    bearer = Depends(HTTPBearer(auto_error=False))

    @app.middleware("http")
    async def watch(request: Request, go: Any) -> Response:
        if request.url.path in ("/openapi.json", "/token"):
            answer: Response = await go(request)
            return answer
        service.seen.append(request)
        service.bodies.append(await request.body())
        if callable(service.twist) and (twisted := await service.twist(request, go)) is not None:
            return twisted  # type: ignore[no-any-return]
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in service.valid:
            return JSONResponse({"detail": f"unknown token {token}"}, 401)
        return await go(request)  # type: ignore[no-any-return]

    @app.exception_handler(Problem)
    async def problem(_: Request, error: Problem) -> Response:
        told = {"type": f"https://rental.example/{error.kind}", "title": "No", "detail": error.detail}
        return JSONResponse(told, error.status, media_type="application/problem+json")

    @app.get("/rentals", operation_id="listRentals", dependencies=[bearer])
    async def listed(customer: str, limit: int = 10) -> list[Rental]:
        """The rentals of a customer."""
        return [rental for rental in service.rentals.values() if rental.customer == customer][:limit]

    @app.get("/rentals/{rental_id}", dependencies=[bearer])
    async def one(rental_id: str) -> Rental:
        """A rental."""
        if rental_id not in service.rentals:
            raise HTTPException(404, "There is no such rental.")
        return service.rentals[rental_id]

    @app.post("/rentals/{rental_id}/extensions", operation_id="extend", dependencies=[bearer], status_code=201)
    async def extend(
        rental_id: str, extension: Extension, idempotency_key: Annotated[str | None, Header()] = None
    ) -> Rental:
        """Keep a bicycle longer.

        What follows is for people who read documents, and a model need not know it.
        """
        rental = service.rentals[rental_id]
        if rental.extended >= 2:
            raise Problem(409, "extended-twice", "A rental can be extended twice at most.")
        rental.extended += 1
        return rental

    @app.delete("/rentals/{rental_id}", operation_id="giveBack", dependencies=[bearer], status_code=204)
    async def give_back(rental_id: str) -> None:
        """End a rental."""
        service.rentals.pop(rental_id, None)

    @app.put("/rentals/{rental_id}/accessories", operation_id="setAccessories", dependencies=[bearer])
    async def accessories(rental_id: str, names: list[str]) -> Rental:
        """What comes with the bicycle."""
        service.rentals[rental_id].accessories = names
        return service.rentals[rental_id]

    @app.get("/bicycles", operation_id="bicycles", dependencies=[bearer])
    async def bicycles() -> dict[str, int]:
        """The bicycles that are free now."""
        return BICYCLES

    @app.post("/token")
    async def token(grant_type: Annotated[str, Form()], scope: Annotated[str, Form()] = "") -> dict[str, Any]:
        service.tokens += 1
        service.valid = {f"t{service.tokens}"}
        return {"access_token": f"t{service.tokens}", "token_type": "bearer", "expires_in": 600, "scope": scope}

    @app.get("/elsewhere", include_in_schema=False)
    async def elsewhere() -> Response:
        return RedirectResponse("/bicycles")

    return app


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """An application on loopback; the value is its URL."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:  # noqa: ASYNC110 - uvicorn tells it nowhere else
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await running


@asynccontextmanager
async def rental() -> AsyncIterator[Service]:
    """The rental, open."""
    service = Service(rentals())
    async with serving(app_of(service)) as service.url:
        yield service
