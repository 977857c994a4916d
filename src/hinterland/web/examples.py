"""Example answers of the addresses, for the documentation that the server gives of itself."""

from __future__ import annotations

from typing import Any, Final

_PEOPLE: Final = {
    "name": "people",
    "kind": "stock",
    "unit": "persons",
    "label": {"en": "People", "zh": "常住人口", "ja": "人口"},
}
PROBLEM: Final = {
    "error": "no place has the code '999999'",
    "remedy": "Codes of this run look like 110100, 120100, 130100; /api/places?q= finds them by name",
    "where": "run cn, place",
}
EXAMPLES: Final[dict[str, Any]] = {
    "places": [
        {
            "code": "410800",
            "name": "焦作市",
            "name_en": "Jiaozuo",
            "region": "410000",
            "region_name": {"en": "Henan 河南省", "zh": "河南省（Henan）", "ja": "河南省（Henan）"},
            "people": 3521078.0,
            "lon": 113.132,
            "lat": 35.112,
            "matched": "reading",
        }
    ],
    "series": {
        "code": "410800",
        "series": [
            {
                "variable": _PEOPLE,
                "years": [2020, 2025],
                "levels": [0.1, 0.25, 0.5, 0.75, 0.9],
                "bands": [
                    [3521078.0, 3224867.6],
                    [3521078.0, 3312813.3],
                    [3521078.0, 3405000.0],
                    [3521078.0, 3488000.0],
                    [3521078.0, 3571000.0],
                ],
                "past_years": [2010],
                "past": [3540101.0],
            }
        ],
        "licence": "Made with hinterland from: Population censuses 2010 and 2020 (MIT (transcription)); ...",
    },
    "map": {
        "variable": _PEOPLE,
        "codes": ["410800"],
        "names": ["焦作市"],
        "names_en": ["Jiaozuo"],
        "regions": ["410000"],
        "lon": [113.132],
        "lat": [35.112],
        "years": [2010, 2020, 2025],
        "first_forecast": 1,
        "values": [[3540101.0], [3521078.0], [3405000.0]],
    },
    "services": {
        "code": "410800",
        "services": [
            {
                "name": "primary",
                "label": {"en": "primary school", "zh": "小学", "ja": "小学校"},
                "years": [2020, 2050],
                "lost": [0.0, 0.22],
                "likely": 2060,
            }
        ],
    },
    "pyramid": {
        "code": "410800",
        "ages": ["0-4", "85+"],
        "sexes": ["men", "women"],
        "years": [2010, 2020],
        "first_forecast": 1,
        "people": [[[111182.0, 5631.0], [97650.0, 8910.0]], [[109120.0, 9871.0], [98010.0, 14020.0]]],
        "low": [[[111182.0, 5631.0], [97650.0, 8910.0]], [[109120.0, 9871.0], [98010.0, 14020.0]]],
        "high": [[[111182.0, 5631.0], [97650.0, 8910.0]], [[109120.0, 9871.0], [98010.0, 14020.0]]],
    },
}


def shown(name: str) -> dict[int | str, dict[str, Any]]:
    """Responses of an address for its documentation: an example answer, and what a problem looks like."""
    example = EXAMPLES.get(name)
    content = {} if example is None else {"content": {"application/json": {"example": example}}}
    return {200: {"description": "The answer", **content}, **problems()}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Documented refusals of every address, and those of some."""
    from hinterland.web.schemas import Problem

    said = {
        304: "Not changed since the ETag given",
        400: "The request cannot be read",
        401: "A token is needed",
        403: "Another site's page asked this",
        404: "There is no such thing",
        409: "The live model is not ready, or cannot be",
        413: "Too large",
        422: "The request cannot be used",
        429: "Too many jobs of one client",
        501: "An extra is not installed",
        503: "The server is busy, or the run's files have gone",
    }
    every = (400, 404, 413, 422, 503, *statuses)
    found: dict[int | str, dict[str, Any]] = {
        status: {
            "description": said[status],
            "model": Problem,
            "content": {"application/json": {"example": PROBLEM}},
        }
        for status in dict.fromkeys(every)
    }
    return found
