"""The people's side: the queue, one conversation, and what a person does with it."""

from fastapi import APIRouter, Depends

from handrail.channels.api.callers import counted

router = APIRouter(prefix="/v1/desk", tags=["desk"], dependencies=[Depends(counted)])
