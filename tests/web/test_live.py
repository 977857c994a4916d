"""The live model on a small country with jobs and services: the plain comparison's numbers, and nobody lost."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient

from hinterland.data.country import Country
from hinterland.data.pack import read_pack
from hinterland.data.template import write_template
from hinterland.errors import InputError
from hinterland.forecast import compare, forecast
from hinterland.members.ensemble import Outcome, run_ensemble
from hinterland.record import Ensemble, check
from hinterland.results import store
from hinterland.scenario import Change, Scenario
from hinterland.scenario_files.made import load_scenarios
from hinterland.web.app import create_app
from hinterland.web.levers import Places, asked, shown
from hinterland.web.live import SIZE, Live
from hinterland.web.responses import answer
from hinterland.web.runs import Opened, opened
from hinterland.web.schemas_live import Answer, LeverValue, Reached, Simulate, Why
from hinterland.web.server import Server
from hinterland.web.simulating import Simulations

pytestmark = pytest.mark.slow

MEMBERS, STEPS = 5, 4
CLOSE = {"rtol": 1e-9, "atol": 1e-6}


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Country:
    """As counted in its last year alone, which is prepared sooner."""
    where = tmp_path_factory.mktemp("live") / "pack"
    write_template(where)
    whole = read_pack(str(where))
    last = {name: getattr(whole, name)[-1:] for name in ("years", "people", "totals", "imputed", "rescaled")}
    return replace(whole, **last)


@pytest.fixture(scope="module")
def until(country: Country) -> int:
    return country.base_year + STEPS * country.ages.width


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, country: Country, until: int) -> Opened:
    folder = tmp_path_factory.mktemp("live") / "made"
    store.write(forecast(country, members=MEMBERS, until=until, seed=3), folder / "run.zarr")
    return opened([folder], {country.code: country}).run(None)


@pytest.fixture(scope="module")
def live(run: Opened) -> Live:
    made = Live(run)
    made.warm()
    assert (made.state, made.note) == ("ready", "")
    return made


@pytest.fixture(scope="module")
def code(country: Country) -> str:
    """A place of middling size, where most levers can act."""
    order = np.argsort(country.totals[-1])
    return country.places.codes[int(order[len(order) // 2])]


def usable(live: Live, code: str) -> dict[str, float]:
    """Levers that can act at a place -> an amount, all that do not contradict."""
    return {
        lever.name: 1.0 if lever.kind == "switch" else 0.4 * lever.high
        for lever in shown(live, Places(), code)
        if lever.usable
    }


@pytest.fixture(scope="module")
def base(live: Live, until: int) -> Outcome:
    """The plain run without levers, of the same system."""
    assert live.system is not None
    return run_ensemble(live.system, members=MEMBERS, until=until, seed=3)


def plain(live: Live, base: Outcome, scenario: Scenario) -> Ensemble:
    """The plain run of a scenario beside it, as `compare` makes it."""
    assert live.system is not None
    until = base.ensemble.years[-1]
    found = run_ensemble(live.system, members=MEMBERS, until=until, seed=3, scenario=scenario, control=base.control)
    check(found.ensemble)
    return found.ensemble


def looked(live: Live, scenario: Scenario) -> np.ndarray:
    """[member, year, place] people under a scenario, of all members."""
    blocks = range(-(-MEMBERS // SIZE))
    return np.concatenate([live.look(block, scenario).changed["people"] for block in blocks])


MIXES = (
    {"posts", "homes", "childcare", "schools", "transfers"},
    {"rail_stop"},
    {"merger", "homes"},
    {"university", "plants", "remote"},
)


@pytest.mark.parametrize("names", MIXES, ids=lambda names: "+".join(sorted(names)))
def test_with_all_members_it_is_the_plain_comparison(
    live: Live, base: Outcome, country: Country, code: str, names: set[str]
) -> None:
    amounts = usable(live, code)
    chosen = [LeverValue(name=name, amount=amounts[name]) for name in sorted(names & set(amounts))]
    if not chosen:
        pytest.skip(f"none of {names} can act at {code}")
    of = asked(live, Places(), Simulate(place=code, levers=chosen, members=MEMBERS))
    wanted = plain(live, base, of.scenario).stocks["people"]
    np.testing.assert_allclose(looked(live, of.scenario), wanted, **CLOSE)
    place = country.places.codes.index(code)
    looks = [live.look(block, of.scenario) for block in range(-(-MEMBERS // SIZE))]
    told = answer(live, of, looks, MEMBERS, 0.0)
    before = base.ensemble.stocks["people"][..., place]
    for got, values in (
        (told.base, before),
        (told.changed, wanted[..., place]),
        (told.difference, wanted[..., place] - before),
    ):
        np.testing.assert_allclose(np.array(got), np.quantile(values, told.levels, axis=0), atol=0.06, rtol=1e-6)


def test_it_is_what_compare_says(live: Live, country: Country, code: str, until: int) -> None:
    request = Simulate(place=code, levers=[LeverValue(name="childcare", amount=0.05)])
    of = asked(live, Places(), request)
    wanted = compare(country, of.scenario, members=MEMBERS, until=until, seed=3)
    np.testing.assert_allclose(looked(live, of.scenario), wanted.changed.stocks["people"], **CLOSE)


@pytest.fixture(scope="module")
def of_scenario(tmp_path_factory: pytest.TempPathFactory, country: Country, until: int) -> Live:
    """The live model of a run of a scenario of the package."""
    folder = tmp_path_factory.mktemp("live") / "low"
    low = load_scenarios(("fertility_low",), country)
    store.write(compare(country, low, members=MEMBERS, until=until, seed=3).changed, folder / "run.zarr")
    made = Live(opened([folder], {country.code: country}).run(None))
    made.warm()
    assert (made.state, made.note) == ("ready", "")
    return made


def test_levers_move_beside_the_scenario_of_the_run(of_scenario: Live, country: Country, code: str, until: int) -> None:
    request = Simulate(place=code, levers=[LeverValue(name="childcare", amount=0.05)])
    of = asked(of_scenario, Places(), request)
    low = load_scenarios(("fertility_low",), country)
    wanted = compare(country, of.scenario, against=low, members=MEMBERS, until=until, seed=3)
    np.testing.assert_allclose(looked(of_scenario, of.scenario), wanted.changed.stocks["people"], **CLOSE)
    base = np.concatenate([of_scenario.base(block)["people"] for block in range(-(-MEMBERS // SIZE))])
    np.testing.assert_allclose(base, wanted.base["people"], rtol=1e-6)
    with pytest.raises(InputError, match="already"):
        asked(of_scenario, Places(), request.model_copy(update={"scenario": "fertility_low"}))


def test_a_scenario_that_is_not_the_package_s_is_not_live(of_scenario: Live) -> None:
    other = Live(replace(of_scenario.run))
    other.run.__dict__["scenario"] = "mine"
    other.warm()
    assert other.state == "off"
    assert "not one of the package's" in other.note


def test_nobody_is_lost_in_the_live_run(live: Live, code: str) -> None:
    scenario = Scenario("x", changes=(Change("pull", 0.3, live.run.years[1], places=(code,)),))
    look = live.look(0, scenario)
    assert look.lost < 1e-10
    assert (look.changed["people"] >= 0).all()


def test_levers_at_zero_give_the_base(live: Live) -> None:
    """To rounding: the program of the base finds the national factors that the other one is given."""
    look = live.look(0, Scenario("nothing"))
    np.testing.assert_allclose(look.changed["people"], look.base["people"], rtol=1e-11)


def test_moving_a_lever_compiles_nothing(live: Live, code: str) -> None:
    places = Places()
    amounts = usable(live, code)
    count = live.programs.count
    for name, amount in amounts.items():
        request = Simulate(place=code, levers=[LeverValue(name=name, amount=amount)])
        live.first_look(asked(live, places, request).scenario)
    assert live.programs.count == count


def test_a_scenario_of_the_package_stands_beside_levers(live: Live, base: Outcome, code: str) -> None:
    request = Simulate(place=code, levers=[LeverValue(name="childcare", amount=0.05)], scenario="fertility_high")
    of = asked(live, Places(), request)
    wanted = plain(live, base, of.scenario).stocks["people"]
    np.testing.assert_allclose(looked(live, of.scenario), wanted, **CLOSE)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"place": "none"}, "no place"),
        ({"levers": [LeverValue(name="magic", amount=1)]}, "no lever"),
        ({"levers": [LeverValue(name="posts", amount=9)]}, "posts = 9"),
        ({"levers": [LeverValue(name="posts", amount=-1)]}, "posts = -1"),
        ({"levers": [LeverValue(name="university", amount=0.5)]}, "university"),
        ({"levers": [LeverValue(name="homes", amount=0.1)] * 2}, "twice"),
        ({"start": 1900}, "1900"),
        ({"start": 2400}, "2400"),
        ({"until": 1900}, "1900"),
        ({"members": 1000}, "1000 members"),
        ({"scenario": "none"}, "no scenario"),
        ({"scenario": "/etc/passwd"}, "no scenario"),
    ],
)
def test_what_cannot_be_turned_is_refused(live: Live, code: str, change: dict, said: str) -> None:
    request = Simulate(place=code, levers=[]).model_copy(update=change)
    with pytest.raises(InputError, match=said):
        asked(live, Places(), request)


def test_a_run_of_another_pack_is_not_live(run: Opened, country: Country) -> None:
    more = replace(country, people=country.people * 1.01, totals=country.totals * 1.01)
    other = Live(replace(run, country=more))
    other.warm()
    assert other.state == "off"
    assert "otherwise" in other.note
    none = Live(replace(run, country=None))
    none.warm()
    assert (none.state, bool(none.note)) == ("off", True)


@pytest.fixture(scope="module")
def client(run: Opened, live: Live, country: Country) -> Iterator[TestClient]:
    server = Server(opened([run.folder], {country.code: country}), live=False)
    server.__dict__["simulations"] = {run.id: Simulations(live)}
    with TestClient(create_app(server), base_url="http://127.0.0.1") as made:
        yield made


def ended(client: TestClient, job: dict, seconds: float = 900.0) -> dict:
    end = time.monotonic() + seconds
    while job["state"] in ("queued", "running"):
        assert time.monotonic() < end
        time.sleep(0.05)
        job = client.get(f"/api/jobs/{job['id']}").json()
    return job


def test_a_lever_is_moved_over_http(client: TestClient, code: str) -> None:
    body = {"place": code, "levers": [{"name": "homes", "amount": 0.5}], "members": MEMBERS}
    response = client.post("/api/simulate", json=body)
    assert response.status_code == 202
    text = client.get(f"/api/jobs/{response.json()['id']}/events").text
    names = [line.removeprefix("event: ") for line in text.splitlines() if line.startswith("event: ")]
    assert names[-1] == "done"
    data = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]
    told = Answer.model_validate_json(data[-1])
    assert (told.members, told.of) == (MEMBERS, MEMBERS)
    assert all(abs(change) < 0.11 for row in told.difference for change in row[:2])
    again = client.post("/api/simulate", json=body).json()
    assert again["state"] == "done"
    assert Answer.model_validate(again["result"]) == told


def test_levers_that_cannot_be_turned_are_told_over_http(client: TestClient, code: str) -> None:
    response = client.post("/api/simulate", json={"place": code, "levers": [{"name": "posts", "amount": 9}]})
    assert response.status_code == 422
    assert response.json()["where"] == "levers"


def test_why_and_policy_run_in_the_second_process(client: TestClient, run: Opened, code: str) -> None:
    body = {"from": run.years[0], "to": run.years[2]}
    why = ended(client, client.post(f"/api/places/{code}/why", json=body).json())
    assert why["state"] == "done", why
    told = Why.model_validate(why["result"])
    assert sum(part.points for part in told.parts) == pytest.approx(told.change, abs=1e-6)
    assert len(json.dumps(why)) < 100_000
    policy = {"place": code, "keep": 0.97, "by": run.years[3]}
    job = ended(client, client.post("/api/policy", json=policy).json())
    assert job["state"] == "done", job
    reached = Reached.model_validate(job["result"])
    assert (reached.place, reached.by) == (code, run.years[3])
    assert len(reached.people) == 3
    known = client.post("/api/policy", json=policy).json()
    assert known["state"] == "done"


def test_a_policy_is_cancelled_while_it_runs(client: TestClient, run: Opened, code: str) -> None:
    job = client.post("/api/policy", json={"place": code, "keep": 0.9, "by": run.years[4]}).json()
    while client.get(f"/api/jobs/{job['id']}").json()["state"] == "queued":
        time.sleep(0.02)
    assert client.delete(f"/api/jobs/{job['id']}").status_code == 200
    assert ended(client, job, 300.0)["state"] == "cancelled"


def test_the_live_model_answers_while_a_policy_runs(client: TestClient, run: Opened, code: str) -> None:
    policy = client.post("/api/policy", json={"place": code, "keep": 0.95, "by": run.years[4]}).json()
    body = {"place": code, "levers": [{"name": "homes", "amount": 0.33}], "members": 2}
    lever = ended(client, client.post("/api/simulate", json=body).json(), 300.0)
    assert lever["state"] == "done"
    assert client.get(f"/api/jobs/{policy['id']}").json()["state"] in ("queued", "running")
    client.delete(f"/api/jobs/{policy['id']}")


@pytest.fixture(autouse=True, scope="module")
def kept_on_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Compiled programs and packs of tests stay among themselves."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("data")
        patch.setenv("HINTERLAND_DATA", str(folder))
        yield folder
