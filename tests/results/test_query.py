"""Answers about one place are the plain statistics of its members."""

import numpy as np
import pytest

from factories import small_ensemble
from hinterland.errors import InputError
from hinterland.results import query
from hinterland.results.dataset import to_dataset


@pytest.fixture(scope="module")
def ensemble():
    return small_ensemble(9)


@pytest.fixture(scope="module")
def run(ensemble):
    return to_dataset(ensemble)


def test_bands_of_stocks_and_flows(run, ensemble):
    (band,) = query.bands(run, "A002", "people", [2050])
    expected = np.quantile(ensemble.stocks["people"][:, 6, 1], [0.1, 0.5, 0.9])
    assert (band.year, band.low, band.median, band.high) == (2050, *expected)
    births = query.bands(run, "A002", "births", [2025, 2100])
    assert births[0].median == np.median(ensemble.flows["births"][:, 0, 1])
    assert births[1].median == np.median(ensemble.flows["births"][:, 15, 1])


def test_shares_are_taken_member_by_member(run, ensemble):
    (share,) = query.shares(run, "B004", "people_65_plus", [2040])
    each = ensemble.stocks["people_65_plus"][:, 4, 3] / ensemble.stocks["people"][:, 4, 3]
    assert share.median == pytest.approx(np.median(each))
    assert 0 < share.low <= share.median <= share.high < 1


def test_chances_count_members_and_fall_with_the_loss(run, ensemble):
    told = query.chances(run, "A002", [2035, 2050])
    assert [(c.year, c.loss) for c in told] == [(y, s) for y in (2035, 2050) for s in (0.1, 0.25, 0.5)]
    people = ensemble.stocks["people"][:, :, 1]
    assert told[4].chance == np.mean(people[:, 6] <= 0.75 * people[:, 0])
    assert told[0].chance >= told[1].chance >= told[2].chance


def test_a_loss_of_exactly_the_share_counts(run):
    base = query.chances(run, "A001", [2020], losses=[0.0])
    assert base[0].chance == 1


def test_counted(run, ensemble):
    assert [(c.year, c.people) for c in query.counted(run, "A001")] == [(2010, 2_000_001), (2020, 2_300_000)]


def test_periods(run):
    assert query.periods(run)[0] == (2020, 2025)
    assert query.periods(run)[-1] == (2095, 2100)


def test_unknown_places_and_years_are_named_with_what_there_is(run):
    with pytest.raises(InputError, match=r"no place has the code 'nowhere'\. Codes here look like A001"):
        query.bands(run, "nowhere", "people", [2050])
    with pytest.raises(InputError, match=r"no people for 2047, 2150\. Its years are 2020 to 2100 by 5"):
        query.bands(run, "A001", "people", [2150, 2047])
    with pytest.raises(InputError, match=r"no births for 2020"):
        query.bands(run, "A001", "births", [2020])
