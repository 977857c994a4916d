"""Workbooks and shapes of a dozen of China's counties, with round figures."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import openpyxl

from hinterland.data.importers.cn_workbooks import AGES

OLD = [
    ("云南省", 530000, 660), ("山水市", 539800, 160), ("  甲区", 539801, 100), ("  乙水县", 539802, 40),
    ("  丙巿", 539804, 20), ("丁市", 539900, 500),
    ("重庆市", 500000, 90), ("  万盛区", 500110, 10), ("  綦江县", 500222, 80),
    ("广东省", 440000, 240), ("深圳市", 440300, 240), ("  宝安区", 440306, 200), ("  龙岗区", 440307, 40),
    ("新疆", 650000, 68), ("伊犁州", 654000, 68), ("  伊宁市", 654002, 17), ("  奎屯市", 654003, 51),
    ("辽宁省", 210000, 8), ("葫芦岛市", 211400, 8), ("  旧县", 211499, 8),
]  # fmt: skip
"""Name, code and thousands of persons in 2010."""
NEW = [
    ("云南省", "云南省", "云南省", 530000, 700), ("云南省", "山水市", "山水市", 539800, 190),
    ("云南省", "山水市", "甲区", 539801, 90), ("云南省", "山水市", "乙水区", 539803, 50),
    ("云南省", "山水市", "丙市", 539804, 25), ("云南省", "山水市", "山水开发区", None, 25),
    ("云南省", "丁市", "丁市", 539900, 510),
    ("重庆市", "重庆市", "重庆市", 500000, 95), ("重庆市", "重庆市", "綦江区", 500110, 95),
    ("广东省", "广东省", "广东省", 440000, 400), ("广东省", "深圳市", "深圳市", 440300, 400),
    ("广东省", "深圳市", "宝安区", 440306, 150), ("广东省", "深圳市", "龙华区", 440309, 200),
    ("广东省", "深圳市", "龙岗区", 440307, 50),
    ("新疆", "新疆", "新疆", 650000, 80), ("新疆", "伊犁州", "伊犁州", 654000, 80),
    ("新疆", "伊犁州", "伊宁市", 654002, 60), ("新疆", "伊犁州", "奎屯市", 654003, 20),
    ("海南省", "海南省", "海南省", 460000, 2), ("海南省", "三沙市", "三沙市", 460300, 2),
]  # fmt: skip
GRID = {
    (0, 0): (539801, "甲区", "Jia"), (0, 1): (539871, "山水开发区", "Shanshui Zone"), (2, 0): (539803, "乙水区", "Yi"),
    (4, 0): (539804, "丙市", "Bing"), (6, 0): (539900, "丁市", "Ding"), (8, 0): (500110, "綦江区", "Qijiang"),
    (10, 0): (440306, "宝安区", "Baoan"), (12, 0): (440309, "龙华区", ""), (14, 0): (440307, "龙岗区", "Longgang"),
    (16, 0): (654002, "伊宁市", "Yining"), (18, 0): (654003, "奎屯市", "Kuitun"),
}  # fmt: skip
"""Squares of 100 km, by column and row east and north of 104.5 E, 36 N."""
PER_THOUSAND = {
    "合计": 1000,
    "户籍人口": 900,
    "城镇人口": 400,
    "户数": 250,
    "人口数": 750,
    "出生率（‰）": None,
    "死亡率（‰）": None,
    "迁入人口（人）-本县（市）/\n本市市区": 50,
    "迁入人口（人）-本省其他县\n（市）、市区": 30,
    "迁入人口（人）-外省": 20,
    "平均受教育年限（年）-合计": None,
    "人均住房\n建筑面积\n（平方米/人）": None,
    "各种行业人口\n总计": 100,
    "农林牧渔业": 40,
    "采矿业": None,
    "制造业": 20,
    "建筑业": 10,
    "仓储和邮政业": 5,
    "交通运输、\n计算机服务\n和软件业": 5,
    "信息传输、\n批发和零售业": 10,
    "教育": 10,
}
"""Headers of 2010 as printed; three of the industries slid into each other."""
PER_THOUSAND_NEW = {
    "人口数_合计": 1000,
    "城镇人口": 500,
    "家庭户数": 250,
    "家庭户人口数": 750,
    "户口登记地在外乡镇街道人口_本县": 60,
    "户口登记地在外乡镇街道人口_本省其他县": 40,
    "户口登记地在外乡镇街道人口_省外": 30,
    "平均受教育年限_合计": None,
    "人均住房建筑面积": None,
    "各种行业人口总计": 100,
    "农林牧渔业": 30,
    "采矿业": None,
    "制造业": 30,
    "批发和零售业": 20,
    "信息传输软件和信息技术服务业": 10,
    "教育": 10,
}


def write_cn_files(source: Path) -> None:
    """The three raw files below `source`, in the folder cn."""
    folder = source / "cn"
    folder.mkdir(parents=True)
    labels = ["0岁", "1-4岁", *(f"{age}-{age + 4}岁" for age in AGES[2:-1]), "85岁及以上"]
    ages = [f"{label}（{sex}）" for label in labels for sex in "男女"]
    rows = [[name, code, *_old(code, thousands), *_ages(thousands, None)] for name, code, thousands in OLD]
    rows.insert(2, ["市辖区", None, 1, *([None] * (len(PER_THOUSAND) + len(ages) - 1))])
    _write(folder / "census_county_2010_v1.xlsx", ["地区", "区划代码", *PER_THOUSAND, *ages], rows)
    labels = ["0岁", "1到4岁", *(f"{age}到{age + 4}岁" for age in AGES[2:-1]), "85岁以上"]
    ages = [f"{sex}_{label}" for label in labels for sex in "男女"]
    rows = [["NA", "全国", "全国", "全国", *_new(1777), *_ages(1777, "NA")]]
    rows += [[code or "NA", *names, *_new(thousands), *_ages(thousands, "NA")] for *names, code, thousands in NEW]
    _write(folder / "census_county_2020_v1.xlsx", ["区划代码", "省", "市", "区县", *PER_THOUSAND_NEW, *ages], rows)
    (folder / "counties-geo.topojson.gz").write_bytes(gzip.compress(json.dumps(_topology()).encode(), mtime=0))


def _old(code: int, thousands: int) -> list[float | None]:
    """Rates differ by county; places of several have means of them."""
    rates = iter([20 if code == 500110 else 10, 5, 9 if code == 500110 else 8, 20])
    return [next(rates) if v is None and h != "采矿业" else v and v * thousands for h, v in PER_THOUSAND.items()]


def _new(thousands: int) -> list[float | str]:
    rates = iter([9, 40])
    return [
        next(rates) if v is None and h != "采矿业" else "NA" if v is None else v * thousands
        for h, v in PER_THOUSAND_NEW.items()
    ]


def _ages(thousands: int, blank: str | None) -> list[float | str | None]:
    """Everybody is 0 or 20-24."""
    shown = {(0, "m"): 60, (0, "f"): 40, (20, "m"): 500, (20, "f"): 400}
    return [shown[age, sex] * thousands if (age, sex) in shown else blank for age in AGES for sex in "mf"]


def _write(path: Path, header: list[str], rows: list[list[object]]) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (header, *rows):
        sheet.append(row)
    book.save(path)


def _topology() -> dict[str, object]:
    """Squares of a grid; two that touch share the arc between them."""
    arcs: list[list[list[int]]] = []
    number: dict[tuple[int, int, int, int], int] = {}

    def arc(x: int, y: int, dx: int, dy: int) -> int:
        key = (x, y, dx, dy)
        if key not in number:
            number[key] = len(arcs)
            arcs.append([[100 * x, 100 * y], [100 * dx, 100 * dy]])
        return number[key]

    geometries = []
    for (x, y), (code, name, english) in GRID.items():
        ring = [arc(x, y, 1, 0), arc(x + 1, y, 0, 1), ~arc(x, y + 1, 1, 0), ~arc(x, y, 0, 1)]
        properties = {"CODE": code, "NAME": name, "ENG_NAME": english or None}
        geometries.append({"type": "Polygon", "arcs": [ring], "properties": properties})
    geometries[0] = geometries[0] | {"type": "MultiPolygon", "arcs": [geometries[0]["arcs"]]}
    return {
        "type": "Topology",
        "arcs": arcs,
        "transform": {"scale": [1000, 1000], "translate": [0, 0]},
        "objects": {"county": {"type": "GeometryCollection", "geometries": geometries}},
    }
