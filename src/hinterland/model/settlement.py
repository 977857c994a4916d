"""What kind of settlement a place is: its class of size, of urbanisation and of land, and what it asks of its people.

"Small city" means nothing until it is defined: classes stand here with their thresholds, and are read off stocks at an
instant. They move nothing in the model.

    size          China's classes of cities (State Council 2014, by urban people); below them the UN's town and village
    urbanisation  city, town or suburb, rural: the UN's Degree of Urbanisation, by a unit's means instead of a grid
    land          metropolis, small city, farm and factory land, wilderness
    farms         land per farm worker = area x farmland share / farm jobs
    care          people of 80 and over per person of 45-64; posts their care needs per public post

A class is that of a whole unit: of a prefecture with a metropolis in it, fields and hills are metropolis too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np

LEAST: Final = 1.0
"""Persons, jobs or posts below which nothing is divided by their number."""
LEAST_AREA: Final = 1e-3
"""km2; the smallest unit that has a density."""
UNKNOWN: Final = -1
"""The code of a place whose figures do not say its class."""

SIZE_CLASSES: Final[Mapping[str, float]] = MappingProxyType(
    {
        "empty": 0.0,
        "hamlet": 1.0,
        "village": 500.0,
        "town": 5_000.0,
        "small_2": 50_000.0,
        "small_1": 200_000.0,
        "medium": 500_000.0,
        "large_2": 1_000_000.0,
        "large_1": 3_000_000.0,
        "very_large": 5_000_000.0,
        "super": 10_000_000.0,
    }
)
"""Class -> its fewest urban people. From 200,000 on: State Council of China, notice of 20 November 2014, whose last
class takes all below; 500, 5,000 and 50,000 are where the Degree of Urbanisation begins villages, towns and cities."""
SIZE_NAMES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "empty": {"en": "No people", "zh": "无人", "ja": "無人"},
        "hamlet": {"en": "Hamlet", "zh": "小村", "ja": "小集落"},
        "village": {"en": "Village", "zh": "村", "ja": "村"},
        "town": {"en": "Town", "zh": "镇", "ja": "町"},
        "small_2": {"en": "Small city II", "zh": "Ⅱ型小城市", "ja": "Ⅱ型小都市"},
        "small_1": {"en": "Small city I", "zh": "Ⅰ型小城市", "ja": "Ⅰ型小都市"},
        "medium": {"en": "Medium city", "zh": "中等城市", "ja": "中都市"},
        "large_2": {"en": "Large city II", "zh": "Ⅱ型大城市", "ja": "Ⅱ型大都市"},
        "large_1": {"en": "Large city I", "zh": "Ⅰ型大城市", "ja": "Ⅰ型大都市"},
        "very_large": {"en": "Very large city", "zh": "特大城市", "ja": "特大都市"},
        "super": {"en": "Super city", "zh": "超大城市", "ja": "超大都市"},
    }
)
"""Class of size -> language -> name."""

RURAL, TOWN, CITY = range(3)
DEGREE_NAMES: Final[Mapping[int, Mapping[str, str]]] = MappingProxyType(
    {
        RURAL: {"en": "Rural area", "zh": "乡村地区", "ja": "農村地域"},
        TOWN: {"en": "Town or suburb", "zh": "镇和郊区", "ja": "町・郊外"},
        CITY: {"en": "City", "zh": "城市", "ja": "都市"},
    }
)
"""Degree of urbanisation -> language -> name."""

WILDERNESS, FARM_AND_FACTORY, SMALL_CITY, METROPOLIS = range(4)
LAND_NAMES: Final[Mapping[int, Mapping[str, str]]] = MappingProxyType(
    {
        WILDERNESS: {"en": "Wilderness", "zh": "荒野", "ja": "原野"},
        FARM_AND_FACTORY: {"en": "Farm and factory land", "zh": "农业和工业用地", "ja": "農地・工場地"},
        SMALL_CITY: {"en": "Small city", "zh": "小城市", "ja": "小都市"},
        METROPOLIS: {"en": "Metropolis", "zh": "大都会", "ja": "大都市圏"},
    }
)
"""Class of land -> language -> name."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Rules:
    """Where classes of urbanisation and land begin; numbers are [...] (one per member)."""

    city_density: jax.Array
    """People per km2."""
    city_people: jax.Array
    town_density: jax.Array
    """People per km2."""
    town_people: jax.Array
    share: jax.Array
    """Share of a unit's people who must live in cities, or in cities and towns, for it to be called after them."""
    city_part: jax.Array
    """Share of urban people who live in cities, the others in towns."""
    metropolis: jax.Array
    """Urban people."""
    lived: jax.Array
    """People per km2 from which land is lived on."""
    worked: jax.Array
    """Jobs of farms, mines and industry per km2 from which land is worked."""
    built_density: jax.Array
    """Urban people per km2 of built land."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class FarmLand:
    """How land is farmed, each [..., place]."""

    per_worker: jax.Array
    """km2 of farmland per farm worker, tended or not."""
    relative: jax.Array
    """The same, relative to the base year."""
    idle: jax.Array
    """Share of farmland that is more than its workers can tend."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class Care:
    """Care of the very old, each [..., place]."""

    per_carer: jax.Array
    """People of 80 and over per person of 45-64, the age of their children."""
    posts: jax.Array
    """Posts that their care needs."""
    of_public: jax.Array
    """The same per public post: above one, care would need more than all of them."""


def rules(values: Mapping[str, Any]) -> Rules:
    """Where classes begin, from parameter values by name, each one number or [member]."""

    def number(name: str) -> jax.Array:
        return jnp.asarray(np.asarray(values[name], dtype=np.float64))

    return Rules(
        city_density=number("degree_city_density"),
        city_people=number("degree_city_people"),
        town_density=number("degree_town_density"),
        town_people=number("degree_town_people"),
        share=number("degree_share"),
        city_part=number("degree_city_part"),
        metropolis=number("land_metropolis"),
        lived=number("land_lived"),
        worked=number("land_worked"),
        built_density=number("built_density"),
    )


@jax.jit
def size_class(people: jax.Array) -> jax.Array:
    """Position in `SIZE_CLASSES` [..., place] of urban people [..., place]; UNKNOWN where they are (NaN)."""
    lowest = jnp.asarray(list(SIZE_CLASSES.values()))
    return jnp.where(jnp.isnan(people), UNKNOWN, jnp.searchsorted(lowest, people, side="right") - 1)


def urban_people(people: jax.Array, area: jax.Array, urban_share: jax.Array, rules: Rules) -> jax.Array:
    """Urban people [..., place]: the share where one is published, else all where the unit is as dense as a town.

    `people` [..., place]; `area` in km2 and `urban_share` [..., place] or [place], NaN where not known.
    """
    dense = _density(people, area) >= rules.town_density[..., None]
    return people * jnp.where(jnp.isnan(urban_share), dense, urban_share)


@jax.jit
def degree(people: jax.Array, area: jax.Array, urban_share: jax.Array, rules: Rules) -> jax.Array:
    """Degree of urbanisation [..., place]: RURAL, TOWN (or suburb) or CITY; arguments as for `urban_people`.

    The UN's method counts in cells of 1 km2 and calls a unit after the kind of cell in which at least half of its
    people live (Eurostat, Applying the Degree of Urbanisation, 2021). Here a unit passes by its mean density, or by
    its published urban share of which `city_part` lives in cities. Means hide centres: without a share, large units
    come out as more rural than by cells. UNKNOWN where neither density nor share is known.
    """
    density, known = _density(people, area), ~jnp.isnan(urban_share)
    urban = jnp.where(known, urban_share, 0.0)
    in_cities = rules.city_part[..., None] * urban
    half, city, town = rules.share[..., None], rules.city_people[..., None], rules.town_people[..., None]
    is_city = (density >= rules.city_density[..., None]) & (people >= city)
    is_city |= (in_cities >= half) & (in_cities * people >= city)
    is_town = (density >= rules.town_density[..., None]) & (people >= town)
    is_town |= (urban >= half) & (urban * people >= town)
    found = jnp.where(is_city, CITY, jnp.where(is_town, TOWN, RURAL))
    return jnp.where(jnp.isnan(density) & ~known, UNKNOWN, found)


def land_class(
    people: jax.Array,
    area: jax.Array,
    urban_share: jax.Array,
    working: jax.Array,
    rules: Rules,
    *,
    around: jax.Array | None = None,
) -> jax.Array:
    """Class of land [..., place]: WILDERNESS, FARM_AND_FACTORY, SMALL_CITY or METROPOLIS, in rising order.

    A town, suburb or city (see `degree`) belongs to a metropolis or a small city by the urban people `around` it
    [..., place]: those of its functional area (`areas.in_area`), or its own where that is None; with fewer than a city
    needs, and wherever people live or jobs of farms, mines and industry `working` [..., place] are dense enough, land
    is farm and factory land; the rest is wilderness. More people never move a place toward wilderness. UNKNOWN where
    the area is.
    """
    density = _density(people, area)
    built = degree(people, area, urban_share, rules) >= TOWN
    near = urban_people(people, area, urban_share, rules) if around is None else around
    used = (density >= rules.lived[..., None]) | (_density(working, area) >= rules.worked[..., None])
    found = jnp.where(used | built, FARM_AND_FACTORY, WILDERNESS)
    found = jnp.where(built & (near >= rules.city_people[..., None]), SMALL_CITY, found)
    found = jnp.where(built & (near >= rules.metropolis[..., None]), METROPOLIS, found)
    return jnp.where(jnp.isnan(density), UNKNOWN, found)


@jax.jit
def land_shares(urban: jax.Array, rural: jax.Array, area: jax.Array, working: jax.Array, rules: Rules) -> jax.Array:
    """Shares of a place's land in each class [..., place, class], of its urban and rural people [..., place].

    What urban people build on at their density is metropolis or small city by their number (land of towns is farm and
    factory land); the rest is classed by the rural people and the jobs `working` outside [..., place] on it. Shares sum
    to one; NaN where the area or the people are not known.
    """
    built = jnp.minimum(urban / rules.built_density[..., None], area)
    rest = jnp.maximum(area - built, 0.0)
    everywhere, nowhere = jnp.ones_like(urban), jnp.zeros_like(urban)
    city = land_class(urban, jnp.maximum(built, LEAST_AREA), everywhere, nowhere, rules)
    country = jnp.minimum(land_class(rural, rest, nowhere, working, rules), FARM_AND_FACTORY)
    kinds = jnp.arange(len(LAND_NAMES))
    city = jnp.maximum(city, FARM_AND_FACTORY)
    part = built / jnp.maximum(area, LEAST_AREA)
    shares = part[..., None] * (city[..., None] == kinds) + (1 - part)[..., None] * (country[..., None] == kinds)
    return jnp.where(jnp.isnan(part + rural)[..., None], jnp.nan, shares)


@jax.jit
def farm_land(
    farm_jobs: jax.Array, base_jobs: jax.Array, area: jax.Array, farmland_share: jax.Array, most: jax.Array
) -> FarmLand:
    """Land per farm worker as farms are pooled, of farm jobs now and at the base year [..., place].

    `area` [place] in km2; `farmland_share` of it is farmland: [place], [..., 1] or one number, and does not move
    `relative`. A worker tends at most `most` [...] km2. Fewer than one worker count as one. Where the area is not known
    (NaN), only `relative` is.
    """
    farmland = farmland_share * area
    workers = jnp.maximum(farm_jobs, LEAST)
    tended = jnp.minimum(farmland, farm_jobs * most[..., None])
    return FarmLand(
        per_worker=farmland / workers,
        relative=jnp.maximum(base_jobs, LEAST) / workers,
        idle=jnp.where(farmland <= 0, 0.0, 1 - tended / jnp.where(farmland <= 0, 1.0, farmland)),
    )


@partial(jax.jit, static_argnames="lower")
def care_need(people: jax.Array, lower: tuple[int, ...], public_posts: jax.Array, per_old: jax.Array) -> Care:
    """What the very old need, of people [..., place, sex, age] with first ages `lower` and public posts [..., place].

    `per_old` [...] posts per person of 80 and over: the parameter `post_care`, by which posts follow need.
    ValueError where no groups begin at 45, 65 and 80.
    """
    missing = {45, 65, 80} - set(lower)
    if missing:
        raise ValueError(f"no age group begins at {min(missing)}; care is asked of 45-64 for 80 and over")
    first = np.asarray(lower)
    count = people.sum(axis=-2)
    old = count[..., first >= 80].sum(axis=-1)
    posts = per_old[..., None] * old
    return Care(
        per_carer=old / jnp.maximum(count[..., (first >= 45) & (first < 65)].sum(axis=-1), LEAST),
        posts=posts,
        of_public=posts / jnp.maximum(public_posts, LEAST),
    )


def _density(stock: jax.Array, area: jax.Array) -> jax.Array:
    """Per km2 [..., place]; NaN where the area is not known."""
    return stock / jnp.maximum(area, LEAST_AREA)
