"""Deferred work on training records."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import current_app

from lms.core import clock, deliverables
from lms.core.queue import Effect, handler
from lms.records import exporting
from lms.records.lines import Order


@handler("records.export")
def export(**given: Any) -> Effect:
    """Write the records that were ordered; the effect hands the file to whoever asked."""
    order = Order.read(given)
    with TemporaryDirectory(dir=current_app.instance_path) as folder:
        path = Path(folder) / "export"
        made = exporting.make(order, path, at=clock.now())
        stored_as = deliverables.write(path.read_bytes())

    def keep() -> Mapping[str, Any]:
        row = deliverables.add(
            stored_as,
            owner_id=given["actor_id"],
            name=made.name,
            mime=made.mime,
            rows=made.rows,
        )
        return {"deliverable": row.id}

    return keep
