"""The work list over the API."""

from __future__ import annotations

from typing import Any

from esspass.web import now
from issuer.api import case_shapes as shapes
from issuer.api.blueprint import blueprint, caller
from issuer.api.listing import pick, write_page
from issuer.api.shapes import Paging
from issuer.paging import find_start
from issuer.services import services

_TAG = ["Tasks"]


@blueprint.get("/tasks")
@blueprint.input(Paging, location="query", arg_name="wanted")
@blueprint.output(shapes.Tasks)
@blueprint.doc(tags=_TAG)
def list_tasks(wanted: Paging) -> dict[str, Any]:
    """List what people have to do, the most urgent first."""
    tasks = services().desk.tasks
    found = tasks.open(wanted.size, find_start(wanted.page, wanted.size))
    return write_page((pick(task, shapes.Task) for task in found), wanted, tasks.count())


@blueprint.get("/tasks/<task_id>")
@blueprint.output(shapes.Task)
@blueprint.doc(tags=_TAG)
def get_task(task_id: str) -> dict[str, Any]:
    """Read a task, also one that is done."""
    return pick(services().desk.tasks.get(task_id), shapes.Task)


@blueprint.post("/tasks/<task_id>/done")
@blueprint.output({}, status_code=204)
@blueprint.doc(tags=_TAG)
def finish_task(task_id: str) -> tuple[str, int]:
    """Note that a task is done."""
    services().desk.tasks.done(task_id, now(), caller().name)
    return "", 204
