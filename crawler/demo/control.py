"""The demo server's levers over HTTP, under `/_control/`: only where the server was started with `control`.

GET  /_control/state                            stage, upcoming events, number of stories, the site's time
GET  /_control/expected?looks=0,3               what a crawler that looked at these stages should know
POST /_control/publish?count=1                  the next scripted events happen; `count=all`
POST /_control/fresh                            one more generated story; its path
POST /_control/every?seconds=5                  a generated story every so often; without `seconds`: stop
POST /_control/crawl-delay?host=&seconds=       in that host's robots.txt; without `seconds`: none
POST /_control/advance?seconds=                 the site's clock
POST /_control/fault?place=&kind=&seconds=&status=&retry_after=&times=      see crawler/demo/faults.py
POST /_control/mend?place=                      without `place`: all
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from crawler.demo.answers import Response
from crawler.demo.faults import KINDS, Fault, Faults
from crawler.demo.site import Site

PREFIX = "/_control/"


def control(site: Site, faults: Faults, method: str, path: str, query: Mapping[str, str]) -> Response:
    """Do what `path` says; 400 with the reason where that cannot be done."""
    try:
        return _json(200, _do(site, faults, method, path.removeprefix(PREFIX), query))
    except (KeyError, ValueError, IndexError) as error:
        return _json(400, {"error": f"{method} {path}: {type(error).__name__}: {error}"})


def _do(site: Site, faults: Faults, method: str, lever: str, query: Mapping[str, str]) -> Any:
    seconds = float(query["seconds"]) if "seconds" in query else None
    match (method, lever):
        case ("GET", "state"):
            return {"stage": site.stage, "upcoming": len(site.upcoming), "stories": len(site.stories), "now": site.now}
        case ("GET", "expected"):
            looks = [int(look) for look in query.get("looks", "").split(",") if look]
            return site.expected(*looks).as_json()
        case ("POST", "publish"):
            count = len(site.upcoming) if query.get("count") == "all" else int(query.get("count", "1"))
            return {"published": [{"kind": e.kind, "story": e.story} for e in site.publish(count)]}
        case ("POST", "fresh"):
            story = site.publish_fresh()
            return {"path": story.path, "published": story.published}
        case ("POST", "every"):
            site.publish_every(seconds)
        case ("POST", "crawl-delay"):
            if seconds is None:
                site.crawl_delay.pop(query["host"], None)
            else:
                site.crawl_delay[query["host"]] = seconds
        case ("POST", "advance"):
            site.advance(float(query["seconds"]))
        case ("POST", "fault"):
            faults.set(query["place"], _fault(query))
        case ("POST", "mend"):
            faults.clear(query.get("place"))
        case _:
            raise ValueError("no such lever")
    return {}


def _fault(query: Mapping[str, str]) -> Fault:
    kind = query["kind"]
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r}, expected one of {', '.join(KINDS)}")
    return Fault(
        kind,
        seconds=float(query.get("seconds", "1")),
        status=int(query.get("status", "503")),
        retry_after=query.get("retry_after"),
        times=int(query["times"]) if "times" in query else None,
    )


def _json(status: int, data: Any) -> Response:
    return Response(status, {"Content-Type": "application/json"}, json.dumps(data, ensure_ascii=False).encode())
