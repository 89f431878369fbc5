"""Whether what happened in the store since a file was compared with it concerns the file.

Reps dial, forms arrive and the do-not-call list grows while a large file is
prepared; most of that has nothing to do with it. The chain has every such fact.
"""

from __future__ import annotations

import json

from store.core import Core
from store.engine import Row
from store.imports.known import Known

_MOST = 500  # more than this is not looked through under the lock
_TOUCHING = """select kind, lead_id, body from event where seq > :seq and kind in ('lead.arrived',
    'lead.inquired', 'lead.imported', 'lead.changed', 'dnc.added', 'dnc.removed') limit :most"""
_OF_LEAD = """select e164 as value from phone where lead_id = :lead
    union all select email from lead where id = :lead and email is not null
    union all select ref from inquiry where lead_id = :lead and ref is not null"""


def concerned(core: Core, seq: int, known: Known) -> bool:
    """Whether an event behind `seq` may change what `known` says of the file's contacts and inquiries.

    Raises:
        StoreError: the database failed.
    """
    events = core.engine.rows(_TOUCHING, seq=seq, most=_MOST)
    return len(events) == _MOST or any(_concerns(core, event, known) for event in events)


def _concerns(core: Core, event: Row, known: Known) -> bool:
    if event["kind"] == "lead.imported":
        return True
    if event["lead_id"] is not None:
        return any(known.has(row["value"]) for row in core.engine.rows(_OF_LEAD, lead=event["lead_id"]))
    told = json.loads(event["body"])
    return told["kind"] == "domain" or known.has(told["value"])
