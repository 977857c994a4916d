"""A fit finds what was planted, knows nothing of later years, and says what counts do not tell."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from factories import small_country
from hinterland.calibrate import posterior
from hinterland.calibrate.fit import Fit, fit
from hinterland.calibrate.prepare import prepare
from hinterland.calibrate.rehearsal import AHEAD, earlier_launch, rehearsal
from hinterland.calibrate.sample import sampled
from hinterland.cli.simulation import remarks
from hinterland.data.country import Country, frozen
from hinterland.errors import InputError
from hinterland.evaluate.learning import adopted, as_fitted, known_from, learned, misses, usual
from hinterland.evaluate.vintage import known_at
from hinterland.fitted import written
from hinterland.members.given import central
from hinterland.params import load
from hinterland.simulate import simulate
from records import long_record, shocked

LAUNCH, EARLY, PLACES = 2020, 2010, 24
PLANTED = {"launch_share": 0.9, "loss_half_life": 10.0}
FEW = ("launch_share", "loss_half_life", "boom_half_life")


def planted(values: dict[str, float], *, noise: float = 0.0, stronger: float = 1.0) -> tuple[Country, Country]:
    """A country as known at both launches, which since the earlier one has done what the model says at `values`."""
    country = long_record(PLACES)
    then = known_at(country, EARLY).country
    system = prepare(then, load(overrides=values))
    with jax.enable_x64(True):
        run = central(replace(system, effect=stronger * system.effect), [2010, 2015])
        people = np.asarray(simulate(run.setting, run.behaviour, run.start, run.conditions).people)[:, 0]
    errors = np.exp(noise * np.random.default_rng(5).standard_normal((2, PLACES, 1, 1)))
    came = np.concatenate([then.people, people[1:] * errors])
    known = known_at(country, LAUNCH).country
    totals = came.sum(axis=(2, 3))
    return replace(known, people=frozen(came), totals=frozen(totals), drivers=then.drivers), then


@pytest.fixture(scope="module")
def found() -> Fit:
    return fit(*planted(PLANTED, noise=0.004), load(), names=FEW)


def scores(of: Fit, values: dict[str, float]) -> dict[str, float]:
    """Distance of values from the fit in posterior deviations."""
    grid = np.linspace(-4, 4, 4001)
    with jax.enable_x64(True):
        table = np.array([np.asarray(of.box.of(jnp.full(len(of.box.names), z))) for z in grid])
    deviation = np.sqrt(np.diag(of.covariance))
    at = {name: k for k, name in enumerate(of.box.names)}
    return {
        name: float(abs(np.interp(value, table[:, at[name]], grid) - of.z[at[name]]) / deviation[at[name]])
        for name, value in values.items()
    }


def test_the_run_is_the_models_own() -> None:
    known, then = planted(PLANTED)
    with jax.enable_x64(True):
        names = ("pooling", "push", "congestion", "newcomer_multiple")
        of, frame = rehearsal(known, then, load(overrides=PLANTED), names)
        box = posterior.priors(load(), names, AHEAD)
        fixed = {**box.fixed, **{name: jnp.asarray(value) for name, value in PLANTED.items()}}
        rows, slopes = posterior.misses(of, replace(box, fixed=fixed), jnp.zeros(len(names)))
    assert frame.groups[0] == "all"
    np.testing.assert_allclose(np.asarray(rows), 0.0, atol=2e-6)
    assert np.abs(np.asarray(slopes)).max() > 1e-3


def test_what_was_planted_is_found(found: Fit) -> None:
    apart = scores(found, PLANTED)
    assert max(apart.values()) < 3
    share = next(each for each in found.estimates if each.name == "launch_share")
    assert share.informed
    assert share.low < share.value < share.high
    assert found.after < found.before


def test_a_likelihood_never_counts_more_than_once(found: Fit) -> None:
    assert 0 < found.errors.factor <= 1


def test_profiles_rise_as_a_normal_posterior_does(found: Fit) -> None:
    for profile in found.profiles:
        assert all(rise > 0 for rise in profile.rise)
        assert profile.rise[1:3] == pytest.approx((0.5, 0.5), abs=0.3)


def test_nothing_after_the_launch_is_used() -> None:
    country = long_record(PLACES)
    before = learned(country, 2015, load(), names=FEW).fit
    after = learned(shocked(country, 2015), 2015, load(), names=FEW).fit
    assert before is not None
    assert after is not None
    np.testing.assert_array_equal(before.z, after.z)
    np.testing.assert_array_equal(before.covariance, after.covariance)


def test_a_short_record_keeps_the_usual_parameters_and_says_so() -> None:
    country = small_country(6)
    answer = learned(country, 2020, load())
    assert answer.fit is None
    assert "usual parameters are kept" in answer.because
    assert "2010, 2020" in answer.because


def test_the_earlier_launch_is_ten_years_before_where_there_is_a_record() -> None:
    country = long_record(4)
    assert earlier_launch(country, 2020) == 2010
    assert earlier_launch(country, 2010) == 2005
    with pytest.raises(InputError, match="no earlier launch"):
        earlier_launch(country, 2005)


def test_a_value_at_its_bound_is_named_and_not_adopted() -> None:
    of = fit(*planted({"launch_share": 1.1}, noise=0.001, stronger=1.5), load(), names=("launch_share",))
    (share,) = of.estimates
    assert share.at_bound
    assert any("At a bound" in line and "launch_share" in line for line in remarks(of, ()))
    assert as_fitted(of) == {}
    assert adopted(load(), of.estimates).value("launch_share") == load().value("launch_share")


def test_what_counts_do_not_tell_is_named() -> None:
    of = fit(*planted(PLANTED, noise=0.02), load(), names=("launch_share", "fertility_reversion"))
    dull = [each.name for each in of.estimates if not each.informed]
    assert "fertility_reversion" in dull
    assert any("Not informed" in line and "fertility_reversion" in line for line in remarks(of, ()))
    assert "fertility_reversion" not in as_fitted(of)


def test_a_fit_that_does_not_settle_says_so_and_goes_on_from_its_file(tmp_path: Path) -> None:
    known, then = planted(PLANTED, noise=0.004)
    names, file = ("launch_share",), tmp_path / "fit.json"
    with pytest.raises(InputError, match=r"not settled after 1 steps.*Go on from the saved file"):
        fit(known, then, load(), names=names, saved=file, iterations=1)
    again = fit(known, then, load(), names=names, saved=file)
    whole = fit(known, then, load(), names=names)
    np.testing.assert_allclose(again.z, whole.z, atol=0.05)
    assert not list(tmp_path.glob("*.part"))
    with pytest.raises(InputError, match="another names"):
        fit(known, then, load(), names=("pooling",), saved=file)
    file.write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="not a saved fit"):
        fit(known, then, load(), names=names, saved=file)


@pytest.mark.parametrize("name", ["tie", "come_home", "nonsense"])
def test_what_cannot_be_fitted_is_refused(name: str) -> None:
    known, then = planted({})
    with pytest.raises(InputError, match=f"{name} cannot be fitted"):
        fit(known, then, load(), names=(name,))


def test_priors_are_those_of_the_files() -> None:
    box = posterior.priors(load(), ("launch_share", "lasting_share", "boom_half_life"), AHEAD)
    with jax.enable_x64(True):
        low, middle, high = (np.asarray(box.of(jnp.full(3, z))) for z in (-posterior.Z95, 0.0, posterior.Z95))
        far = np.asarray([box.of(jnp.full(3, z)) for z in (-9.0, 9.0)])
    np.testing.assert_allclose(middle, [0.5, 0.3, 14.0], rtol=1e-5)
    np.testing.assert_allclose(low, [0.2, 0.0, 6.0], atol=1e-5)
    np.testing.assert_allclose(high, [0.8, 0.6, 28.0], rtol=1e-5)
    assert (far[0] >= np.asarray(box.least) - 1e-6).all()
    assert (far[1] <= np.asarray(box.most) + 1e-3).all()


def test_an_answer_is_written_as_fits_are_read(found: Fit, tmp_path: Path) -> None:
    package = Path(posterior.__file__).parents[1] / "parameters"
    for source in package.glob("*.toml"):
        (tmp_path / source.name).write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "fitted").mkdir()
    fits = {name: [of] for name, of in as_fitted(found).items()}
    (tmp_path / "fitted" / "xx.toml").write_text(written(fits, "A fit."), encoding="utf-8")
    read = load(tmp_path, fitted="xx", at=LAUNCH)
    assert read["launch_share"].status == "calibrated"
    assert read.value("launch_share") == pytest.approx(found.estimates[0].value, rel=1e-3)
    assert load(tmp_path, fitted="xx", at=LAUNCH - 1).value("launch_share") == load().value("launch_share")


def test_a_fit_that_rests_on_a_later_one_is_known_when_that_is(found: Fit) -> None:
    country = replace(long_record(4), code="us", base_year=2016)
    assert known_from(country, 2016) == 2018
    assert known_from(country, 2010) == 2010
    assert {of.known_from for of in as_fitted(found, known=2022).values()} == {2022}
    assert {of.known_from for of in as_fitted(found).values()} == {LAUNCH}


def test_a_fit_starts_from_general_values_of_what_it_fits() -> None:
    country = long_record(4)
    assert usual(country, 2015).value("launch_share") == load().value("launch_share")
    assert set(usual(country, 2015)) == set(load())


def test_errors_of_unseen_years_are_of_the_distribution() -> None:
    country = long_record(6)
    found = misses(country, 2010, load(), 2020)
    assert set(found) == {5, 10}
    assert all(errors.shape == (6,) and (errors >= 0).all() for errors in found.values())
    with pytest.raises(InputError, match="no people a whole step after 2020"):
        misses(country, 2020, load(), 2030)


def test_a_sample_of_regions_is_a_country_of_its_own() -> None:
    country = long_record(8)
    part = sampled(country, ["A"])
    kept = np.array(country.places.regions) == "A"
    np.testing.assert_array_equal(part.totals, country.totals[:, kept])
    share = country.totals[-1, kept].sum() / country.totals[-1].sum()
    np.testing.assert_allclose(part.drivers.people, share * country.drivers.people)
    assert prepare(part, load()).effect.shape[0] == kept.sum()
    with pytest.raises(InputError, match="no region 'Q'"):
        sampled(country, ["Q"])


@pytest.mark.skipif(find_spec("numpyro") is None, reason="numpyro is not installed: the extra `calibrate`")
def test_sampling_agrees_with_the_normal_approximation(found: Fit) -> None:
    drawn = posterior.nuts(found.rehearsal, found.box, found.errors, found.frame, found.z, draws=400, warmup=200)
    deviation = np.sqrt(np.diag(found.covariance))
    assert drawn.divergent < 8
    for k, each in enumerate(found.estimates):
        if each.informed:
            # A half-life that is told only just has a skewed posterior, whose mean lies off its mode.
            assert abs(drawn.mean[k] - found.z[k]) < (0.3 if each.narrower < 0.5 else 0.6) * deviation[k]
            assert 1 / 1.5 < drawn.deviation[k] / deviation[k] < 1.5


@pytest.mark.skipif(find_spec("numpyro") is not None, reason="numpyro is installed")
def test_without_numpyro_sampling_says_what_to_install(found: Fit) -> None:
    with pytest.raises(InputError, match=r"hinterland\[calibrate\]"):
        posterior.nuts(found.rehearsal, found.box, found.errors, found.frame, found.z)
