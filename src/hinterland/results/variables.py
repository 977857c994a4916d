"""Every quantity a run stores: its axes, unit, whether it is a stock or a flow, and what it means."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Final, Literal

Dims = tuple[str, ...]

BY_YEAR: Final[Dims] = ("member", "year", "place")
BY_PERIOD: Final[Dims] = ("member", "period", "place")
CELLS: Final[Dims] = ("place", "sex", "age")


@dataclass(frozen=True, slots=True)
class Variable:
    """A stored quantity; additive over places, so that regions and the nation are sums."""

    name: str
    dims: Dims
    unit: str
    kind: Literal["stock", "flow"]
    label: Mapping[str, str]
    """Language (en, zh, ja) -> a short name."""
    definition: str
    """One sentence in English."""


def _stock(name: str, en: str, zh: str, ja: str, definition: str, dims: Dims = BY_YEAR) -> Variable:
    return Variable(name, dims, "persons", "stock", {"en": en, "zh": zh, "ja": ja}, definition)


def _lived(name: str, unit: str, en: str, zh: str, ja: str, definition: str) -> Variable:
    return Variable(name, BY_YEAR, unit, "stock", {"en": en, "zh": zh, "ja": ja}, definition)


def _flow(name: str, en: str, zh: str, ja: str, definition: str) -> Variable:
    return Variable(name, BY_PERIOD, "persons per period", "flow", {"en": en, "zh": zh, "ja": ja}, definition)


SERIES: Final = (
    _stock("people", "People", "常住人口", "人口", "Residents, wherever their home is."),
    _stock("people_0_14", "Aged 0–14", "0–14岁", "0〜14歳", "Residents aged under 15."),
    _stock("people_15_64", "Aged 15–64", "15–64岁", "15〜64歳", "Residents aged 15 to 64."),
    _stock("people_65_plus", "Aged 65 and over", "65岁及以上", "65歳以上", "Residents aged 65 and over."),
    _stock("people_80_plus", "Aged 80 and over", "80岁及以上", "80歳以上", "Residents aged 80 and over."),
    _stock("women_20_39", "Women aged 20–39", "20–39岁女性", "20〜39歳の女性", "Resident women aged 20 to 39."),
    _stock(
        "newcomers",
        "Newcomers",
        "流入人口",
        "他地域出身の住民",
        "Residents whose home is another place, until they settle; part of people.",
    ),
    _stock(
        "away",
        "People away",
        "外出人口",
        "他地域に住む出身者",
        "People whose home is the place and who live in another one; not part of people.",
    ),
    _flow("births", "Births", "出生", "出生", "Children born to residents in the period."),
    _flow("deaths", "Deaths", "死亡", "死亡", "Residents who died in the period, children born in it included."),
    _flow(
        "departures",
        "Departures",
        "迁出",
        "転出",
        "Moves to another place of the country; summed over a region they include moves inside it.",
    ),
    _flow(
        "arrivals",
        "Arrivals",
        "迁入",
        "転入",
        "Moves from another place of the country, homecomings included; summed over a region they include moves "
        "inside it.",
    ),
    _flow("returns", "Homecomings", "返乡", "帰郷", "Those arrivals who come back to their home; part of arrivals."),
    _flow(
        "international",
        "Net international migration",
        "国际净迁移",
        "国際純移動",
        "Arrivals from other countries less departures to them.",
    ),
    _flow(
        "adjustment",
        "Adjustment to the nation",
        "全国校准",
        "全国値への調整",
        "Persons added or taken away so that the nation follows its projection.",
    ),
)
"""Variables with members, in the order reports and summaries list them."""

_AT_HAND: Final = "Residents whose own settlement has it, as settlements of its size do; modelled, not counted."
_MODELLED: Final = "Modelled from published shares of the employed by where they live. "

LIVELIHOODS: Final = (
    _lived("jobs", "jobs", "Jobs", "就业岗位", "仕事", f"{_MODELLED}All activities together."),
    _lived("jobs_farm", "jobs", "Farm jobs", "农业岗位", "農業の仕事", f"{_MODELLED}Farming, forestry and fishery."),
    _lived("jobs_mine", "jobs", "Mine jobs", "采矿业岗位", "鉱業の仕事", f"{_MODELLED}Mines and quarries."),
    _lived(
        "jobs_routine",
        "jobs",
        "Routine industry jobs",
        "一般工业岗位",
        "一般工業の仕事",
        f"{_MODELLED}The part of industry that gains little from large cities; the split is assumed.",
    ),
    _lived(
        "jobs_advanced",
        "jobs",
        "Advanced industry jobs",
        "先进工业岗位",
        "先端工業の仕事",
        f"{_MODELLED}The part of industry that gains from large cities and schooling; the split is assumed.",
    ),
    _lived(
        "jobs_tradable",
        "jobs",
        "Jobs in services sold afar",
        "外向型服务业岗位",
        "域外向けサービスの仕事",
        f"{_MODELLED}Information, finance, business services, science and culture.",
    ),
    _lived(
        "jobs_local",
        "jobs",
        "Jobs in local services",
        "本地服务业岗位",
        "地域向けサービスの仕事",
        f"{_MODELLED}Construction, trade, transport, hotels, real estate and repair.",
    ),
    _lived(
        "jobs_public",
        "jobs",
        "Public posts",
        "公共部门岗位",
        "公共部門の仕事",
        f"{_MODELLED}Education, health, administration and environment.",
    ),
    _lived(
        "homes",
        "dwellings",
        "Homes",
        "住房",
        "住宅",
        "Dwellings, from households of the base year and a vacancy that is assumed; their course is modelled.",
    ),
    _lived("households", "households", "Households", "家庭户", "世帯", "Residents over persons per household."),
    _lived(
        "income",
        "mean pays",
        "Incomes of residents",
        "居民收入",
        "住民の所得",
        "Pay and pensions of residents in units of the base year's mean pay; relative pay by activity is assumed.",
    ),
    _lived(
        "posts_wanted",
        "jobs",
        "Public posts that need calls for",
        "需要的公共部门岗位",
        "必要とされる公共部門の仕事",
        f"{_MODELLED}Posts by residents and ages, paid or not; fewer are held where budgets or mergers cut them.",
    ),
    _lived(
        "debt",
        "mean pays",
        "Local public debt",
        "地方政府债务",
        "地方債務",
        "Debt and arrears of local budgets in mean pays of the base year, whose level is assumed.",
    ),
)
"""Variables with members that only countries with figures of jobs have; they come after `SERIES`."""

_SPREAD: Final = "From urban shares, spread over settlements by rank; modelled. "

SETTLEMENTS: Final = (
    _stock("people_core", "People in the city", "中心城区人口", "中心市街の人口", f"{_SPREAD}The largest settlement."),
    _stock("people_seat", "People in county seats", "县城人口", "県城級の町の人口", f"{_SPREAD}Next by size."),
    _stock("people_town", "People in towns", "镇区人口", "町の人口", f"{_SPREAD}Towns below county seats."),
    _stock("people_village", "People in villages", "乡村人口", "集落の人口", f"{_SPREAD}All that is not urban."),
    *(
        _stock(f"with_{name}", f"People with {en} at hand", f"身边有{zh}的人口", f"{ja}が身近にある人口", _AT_HAND)
        for name, (en, zh, ja) in {
            "primary": ("a primary school", "小学", "小学校"),
            "secondary": ("a secondary school", "中学", "中学校"),
            "clinic": ("a clinic", "诊所", "診療所"),
            "hospital": ("a hospital", "医院", "病院"),
            "rail": ("a rail stop", "火车站", "鉄道駅"),
            "supermarket": ("a supermarket", "超市", "スーパー"),
        }.items()
    ),
)
"""Variables with members of countries whose settlements are known, or are the places themselves."""

CHANCES: Final = (
    Variable(
        "services_lost",
        ("year", "place", "rung", "service"),
        "share",
        "stock",
        {"en": "Chance that a service is lost", "zh": "失去服务的可能", "ja": "サービスを失う確率"},
        "Share of members in which under half of a rung's people who had a service in the base year have it still.",
    ),
)
"""What runs with services tell of all members at once."""

ERRORS: Final = (
    Variable(
        "likely_error",
        ("year", "place"),
        "log",
        "stock",
        {"en": "How far forecasts like this have missed", "zh": "此类预测以往的误差", "ja": "同様の予測の過去の誤差"},
        "Mean absolute error of the log of people that forecasts of places of this size made so many years ahead.",
    ),
)
"""What a run with a law of errors tells of it."""

TABLES: Final = (
    _stock(
        "central_people",
        "People by age, central run",
        "分年龄人口（中心方案）",
        "年齢別人口（中心推計）",
        "Residents by sex and age in the run with every parameter at its value and no shocks.",
        ("year", *CELLS),
    ),
    _stock(
        "people_by_age",
        "People by age, quantiles",
        "分年龄人口（分位数）",
        "年齢別人口（分位）",
        "Quantiles over members of residents by sex and age, cell by cell: they do not add up to quantiles of sums.",
        ("quantile", "year", *CELLS),
    ),
    _stock(
        "record_people",
        "People by age, counted",
        "分年龄人口（普查）",
        "年齢別人口（実績）",
        "Residents by sex and age as counted, or imputed where only totals are published.",
        ("record_year", *CELLS),
    ),
)
"""Variables by sex and age, which members share."""

VARIABLES: Final[Mapping[str, Variable]] = {
    variable.name: variable for variable in (*SERIES, *LIVELIHOODS, *SETTLEMENTS, *CHANCES, *ERRORS, *TABLES)
}


def series(present: Container[str]) -> tuple[Variable, ...]:
    """Variables with members of a run that holds those named, in the order reports and summaries list them."""
    return (*SERIES, *(variable for variable in (*LIVELIHOODS, *SETTLEMENTS) if variable.name in present))
