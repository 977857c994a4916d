"""Addresses that read a run: every answer keeps the contract, and says what the run holds."""

from __future__ import annotations

import gzip
import json
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from pydantic import TypeAdapter

from hinterland.web import schemas
from hinterland.web.schemas_live import Lever, Scenario
from hinterland.web.server import Server

CODE = "A001"


def asked(client: TestClient, address: str, of: Any) -> Any:
    response = client.get(address)
    assert response.status_code == 200, response.text
    return TypeAdapter(of).validate_json(response.content)


def values(server: Server, name: str) -> np.ndarray:
    """[member, year or period, place] of the run."""
    return server.runs.run(None).data[name].transpose("member", ..., "place").to_numpy()


def test_runs_tell_what_they_are(client: TestClient, server: Server) -> None:
    (run,) = asked(client, "/api/runs", list[schemas.Run])
    assert (run.id, run.country, run.places, run.members, run.base_year) == ("small", "xx", 5, 12, 2020)
    assert run.years == list(range(2020, 2101, 5))
    assert run.record_years == [2010, 2020]
    assert not run.live
    assert {"people", "births", "change", "chance_25", "share_65_plus"} <= {each.name for each in run.variables}
    assert "CC0-1.0" in run.licence.en
    assert {source.key for source in run.sources} == {"made_up", "un_wpp"}


def test_a_place_is_told_with_its_track_record(client: TestClient, server: Server) -> None:
    place = asked(client, f"/api/places/{CODE}", schemas.Place)
    people = values(server, "people")[:, :, 0]
    assert place.people == pytest.approx(np.median(people[:, 0]), abs=0.1)
    assert place.track.words
    assert all(word.en and word.zh and word.ja for word in (*place.answer, *place.track.words, *place.notes))
    told = {(chance.year, chance.loss): chance.chance for chance in place.chances}
    lost = np.mean(people[:, 6] <= 0.75 * people[:, 0])
    assert told[2050, 0.25] == pytest.approx(lost)
    assert all(peer.code != CODE for peer in place.peers)


def test_bands_are_quantiles_of_the_runs_members(client: TestClient, server: Server) -> None:
    answer = asked(client, f"/api/places/{CODE}/series?variables=people,births,share_65_plus", schemas.PlaceSeries)
    people, births, old = answer.series
    assert people.levels == [0.1, 0.25, 0.5, 0.75, 0.9]
    for series, name in ((people, "people"), (births, "births")):
        wanted = np.quantile(values(server, name)[:, :, 0], series.levels, axis=0)
        np.testing.assert_allclose(np.array(series.bands), wanted, atol=0.051)
    assert births.years == people.years[1:]
    share = values(server, "people_65_plus")[:, :, 0] / values(server, "people")[:, :, 0]
    np.testing.assert_allclose(np.array(old.bands[2]), np.median(share, axis=0), atol=1e-5)
    assert (people.past_years, births.past_years) == ([2010], [])
    assert people.past[0] == pytest.approx(2_000_000, rel=1e-3)


def test_the_usual_variables_are_told_where_none_is_named(client: TestClient) -> None:
    answer = asked(client, f"/api/places/{CODE}/series", schemas.PlaceSeries)
    names = [series.variable.name for series in answer.series]
    assert names[0] == "people"
    assert {"births", "deaths", "arrivals", "departures"} <= set(names)


def test_the_pyramid_sums_to_people(client: TestClient, server: Server) -> None:
    pyramid = asked(client, f"/api/places/{CODE}/pyramid", schemas.Pyramid)
    cells = np.array(pyramid.people)
    assert cells.shape == (18, 2, 18)
    assert pyramid.years[pyramid.first_forecast] == 2020
    counted = server.runs.run(None).data["record_people"].isel(place=0).to_numpy().sum(axis=(1, 2))
    np.testing.assert_allclose(cells[:2].sum(axis=(1, 2)), counted, atol=4)
    assert (np.array(pyramid.low) <= cells + 0.051).all()
    assert (np.array(pyramid.high) >= cells - 0.051).all()
    assert np.array_equal(np.array(pyramid.low)[0], cells[0])


def test_services_are_empty_where_a_run_has_none(client: TestClient) -> None:
    assert asked(client, f"/api/places/{CODE}/services", schemas.Services).services == []


def test_the_map_holds_all_places_and_agrees_with_their_series(client: TestClient) -> None:
    people = asked(client, "/api/map", schemas.MapData)
    assert people.codes == ["A001", "A002", "A003", "B004", "B005"]
    assert (people.years[:2], people.first_forecast) == ([2010, 2020], 1)
    series = asked(client, f"/api/places/{CODE}/series?variables=people", schemas.PlaceSeries).series[0]
    assert [row[0] for row in people.values[1:]] == series.bands[2]
    assert people.values[0][0] == series.past[0]
    births = asked(client, "/api/map?variable=births", schemas.MapData)
    assert births.values[births.first_forecast] == [None] * 5
    change = asked(client, "/api/map?variable=change", schemas.MapData)
    assert change.values[change.first_forecast] == [0.0] * 5


def test_chances_of_the_map_are_those_of_places(client: TestClient) -> None:
    chance = asked(client, "/api/map?variable=chance_25", schemas.MapData)
    place = asked(client, f"/api/places/{CODE}", schemas.Place)
    told = {each.year: each.chance for each in place.chances if each.loss == 0.25}
    for k, year in enumerate(chance.years):
        if year > 2020:
            assert chance.values[k][0] == pytest.approx(told[year], abs=1e-5)
    assert chance.values[chance.first_forecast] == [0.0] * 5


def test_levers_are_told_with_the_reason_why_they_cannot_be_used(client: TestClient) -> None:
    levers = asked(client, f"/api/places/{CODE}/levers", list[Lever])
    assert {"posts", "childcare", "rail_stop"} <= {lever.name for lever in levers}
    assert all(not lever.usable and lever.unusable is not None and lever.unusable.zh for lever in levers)


def test_scenarios_of_the_package_are_described(client: TestClient) -> None:
    scenarios = asked(client, "/api/scenarios", list[Scenario])
    assert len(scenarios) > 20
    by_name = {scenario.name: scenario for scenario in scenarios}
    assert by_name["fertility_high"].usable
    assert not by_name["jiaozuo_coal"].usable
    assert by_name["jiaozuo_coal"].changes


@pytest.mark.parametrize("address", ["/api/map", f"/api/places/{CODE}", "/api/runs", "/api/places?q=sy"])
def test_an_answer_that_is_known_is_not_sent_again(client: TestClient, address: str) -> None:
    first = client.get(address)
    tag = first.headers["etag"]
    again = client.get(address, headers={"If-None-Match": f'W/"x", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


def test_long_answers_are_compressed_for_those_who_take_it(client: TestClient) -> None:
    plain = client.get("/api/map", headers={"Accept-Encoding": "identity"})
    packed = client.get("/api/map", headers={"Accept-Encoding": "gzip"})
    refused = client.get("/api/map", headers={"Accept-Encoding": "gzip;q=0"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content)
    assert packed.content == plain.content == refused.content
    assert "content-encoding" not in plain.headers
    assert "content-encoding" not in refused.headers
    assert gzip.decompress(gzip.compress(plain.content)) == plain.content


def test_the_description_of_the_api_has_examples_of_its_own_kind(client: TestClient) -> None:
    api = client.get("/api/openapi.json").json()
    of = {
        "/api/places": list[schemas.Hit],
        "/api/map": schemas.MapData,
        "/api/places/{code}/series": schemas.PlaceSeries,
        "/api/places/{code}/pyramid": schemas.Pyramid,
        "/api/places/{code}/services": schemas.Services,
    }
    for address, kind in of.items():
        example = api["paths"][address]["get"]["responses"]["200"]["content"]["application/json"]["example"]
        TypeAdapter(kind).validate_json(json.dumps(example))
    for address, methods in api["paths"].items():
        for operation in methods.values():
            assert "404" in operation["responses"], address
