"""Addresses of the live model: levers, scenarios, simulations, why and policies."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from hinterland.data.country import Country
from hinterland.explain.why import launch_of
from hinterland.scenario import BASE
from hinterland.web import levers
from hinterland.web.accepted import ACCEPTED, accepted, client_of, heavy
from hinterland.web.examples import shown
from hinterland.web.jobs import Running
from hinterland.web.kept import answer, as_json
from hinterland.web.problems import problem
from hinterland.web.routes_read import Code, RunId
from hinterland.web.runs import Opened
from hinterland.web.scenarios import scenarios
from hinterland.web.schemas_live import Job, Lever, Policy, Reached, Scenario, Simulate, Why, WhyAsked
from hinterland.web.server import LIVE, Server
from hinterland.web.simulating import SECONDS, Simulations


def routes(server: Server) -> APIRouter:
    """The router of a server."""
    router = APIRouter(prefix="/api")

    @router.get("/places/{code}/levers", response_model=list[Lever], responses=shown("levers"), summary="Levers there")
    def at_place(request: Request, code: Code, run: RunId = None) -> Response:
        of = server.runs.run(run)
        on = server.simulations[of.id]
        return answer(request, as_json(levers.shown(on.live, on.places, code)))

    @router.get("/scenarios", response_model=list[Scenario], responses=shown("scenarios"), summary="Scenarios")
    async def listed(request: Request, run: RunId = None) -> Response:
        of = server.runs.run(run)
        return await server.told(request, of, lambda: scenarios(of.country))

    @router.post("/simulate", status_code=202, response_model=Job, responses=ACCEPTED, summary="Move levers")
    def simulate(request: Request, asked: Simulate, run: RunId = None) -> Response:
        of = server.runs.run(run)
        on = _ready(server, of)
        wanted = on.asked(asked)
        kept = on.kept(asked)
        client = client_of(request)
        if kept is not None:
            return accepted(server, server.queue.done("simulate", client, kept))
        work = on.work(asked, wanted)
        job = server.queue.ask(LIVE, "simulate", client, work, seconds=2 * SECONDS, latest=True)
        return accepted(server, job)

    @router.post(
        "/places/{code}/why", status_code=202, response_model=Job, responses=ACCEPTED, summary="Why it changes"
    )
    def why(request: Request, code: Code, asked: WhyAsked, run: RunId = None) -> Response:
        of = server.runs.run(run)
        place, country = of.place(code), _country(of)
        launch_of(country, (asked.first, asked.last))
        years, chosen = (asked.first, asked.last), server.overrides(of)

        def work(job: Running) -> Why:
            told = server.heavy.do(
                job,
                "why",
                {"run": of.id, "place": place, "years": years, "members": asked.members, "overrides": chosen},
            )
            return Why.model_validate_json(told)

        key = f"why {of.tag} {place} {years} {asked.members}"
        return heavy(server, request, "why", key, work)

    @router.post("/policy", status_code=202, response_model=Job, responses=ACCEPTED, summary="What would keep people")
    def policy(request: Request, asked: Policy, run: RunId = None) -> Response:
        from hinterland.explain.policy import MEMBERS
        from hinterland.explain.policy import asked as checked

        of = server.runs.run(run)
        place, country = of.place(asked.place), _country(of)
        checked(country, place, asked.keep, asked.by, None, MEMBERS)
        chosen = server.overrides(of)

        def work(job: Running) -> Reached:
            told = server.heavy.do(
                job,
                "policy",
                {"run": of.id, "place": place, "keep": asked.keep, "by": asked.by, "overrides": chosen},
            )
            return Reached.model_validate_json(told)

        return heavy(server, request, "policy", f"policy {of.tag} {place} {asked.keep} {asked.by}", work)

    return router


def _ready(server: Server, of: Opened) -> Simulations:
    """The simulations of a run whose live model is ready; refused with 409 where it is not."""
    on = server.simulations[of.id]
    if on.live.state != "ready":
        remedy = "Ask again in a minute" if on.live.state == "warming" else "/api/runs tells which runs are live"
        what = f"the live model is {on.live.state}" + (f": {on.live.note}" if on.live.note else "")
        raise problem(409, what, remedy, "run")
    return on


def _country(of: Opened) -> Country:
    """The country that causes and policies are worked out for; refused with 409 where they would be of another run."""
    if of.country is None:
        raise problem(409, "the country's pack is not at hand", "Build or fetch it, and start the server again", "run")
    if of.scenario != BASE.name:
        what = f"causes and policies are worked out for the base only, and the run is of the scenario {of.scenario}"
        raise problem(409, what, "Ask a run of the base", "run")
    return of.country
