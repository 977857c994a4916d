"""Raw files of the United States with eleven counties and round figures, all of the same ages."""

from __future__ import annotations

import gzip
from pathlib import Path

from wpp_files import write_wpp

PEOPLE = {
    "01001": 1, "01003": 4, "02016": 1, "02020": 1, "09001": 3, "36005": 1, "36047": 2, "36061": 3, "36081": 4,
    "36085": 5, "46113": 1, "51917": 2,
}  # fmt: skip
"""County -> thousands of persons in every year."""
WHOLE = {"02900": (("02016", "02020"), 1989), "36910": (("36005", "36047", "36061", "36081", "36085"), 1979)}
"""Counties that are counted together until a year."""
PER_THOUSAND = {
    "pop": 1000, "male": 480, "female": 520, "age_0_18": 300, "age_19_44": 400, "age_45_64": 200, "age_65p": 100,
}  # fmt: skip
DECADES = {
    "0_9": 155, "10_19": 165, "20_29": 160, "30_39": 150, "40_49": 140, "50_59": 100, "60_69": 60, "70_79": 40,
    "80_99": 30,
}  # fmt: skip
"""Per thousand: 20 are 19 years old, 70 are 40-44, 30 are 60-64."""
POINTS = {
    "01001": ("Autauga County", 1539.5, 32.5, -86.6), "01003": ("Baldwin County", 4117.7, 30.6, -87.7),
    "02016": ("Aleutians West", 10000, 0.0, 178.0), "02020": ("Anchorage", 4000, 0.0, -178.0),
    "09110": ("Capitol Planning Region", 2660, 41.8, -72.5), "36005": ("Bronx County", 100, 40.8, -73.8),
    "36047": ("Kings County", 300, 40.6, -73.9), "36061": ("New York County", 59, 40.7, -73.9),
    "36081": ("Queens County", 281, 40.6, -73.8), "36085": ("Richmond County", 149, 40.5, -74.1),
    "46102": ("Oglala Lakota County", 5422, 43.3, -102.5), "51019": ("Bedford County", 1968, 37.3, -79.5),
}  # fmt: skip
STATES = {
    "01": "Alabama",
    "02": "Alaska",
    "09": "Connecticut",
    "36": "New York",
    "46": "South Dakota",
    "51": "Virginia",
}
AMENITY_HEAD = "FIPS Code,{0},{0},{1},{1},topography code,Water area,Scale".format(
    '"January, 1941-70"', '"July, 1941-70"'
)
YEARS = range(1969, 2017)


def write_us_files(source: Path) -> None:
    """Every file that the importer reads, below `source`."""
    write_wpp(source, (840, 999))
    names = list(PER_THOUSAND)
    people = [f"county_fips,year,{','.join(names)}", *(_person_row(code, year) for code, year in _counted())]
    people.append("99999,2005,10,5,5,4,3,2,1")
    head = "USPS\tGEOID\tNAME\tALAND\tINTPTLAT\tINTPTLONG   "
    points = [f"XX\t{c}\t{n}\t{int(land * 1e6)}\t{lat}\t{lon}   " for c, (n, land, lat, lon) in POINTS.items()]
    decades = ["fips," + ",".join(DECADES)]
    decades += [f"{c},{','.join(str(v * k) for v in DECADES.values())}" for c, k in PEOPLE.items()]
    texts = {
        "seer_county_pop_1969_2016_adjusted.csv.gz": people,
        "census_gazetteer_counties_2022.txt": [head, *points],
        "acs_2006_2010_county_pop_10yr_age.csv": [*decades, "72001," + ",".join(["9"] * len(DECADES))],
        "census_pep_county_components_2010_2019_covidcast.csv": _components(),
        "irs_county_netmigration_1992_2013.csv.gz": [
            "year,fips,exmpt_in,exmpt_out", "1992,01001,50,40", "1992,36005,9,9", "1992,36047,8,8",
            "1992,51019,7,7", "1992,51515,1,1", "2013,51019,6,5", "2013,01003,,",
        ],
        "irs_county_inflow_2017_2018.csv.gz": [
            "dest_fips,origin_fips,exemptions", "01001,97000,90", "01001,01001,800", "01001,01003,30",
            "01001,36005,10", "01001,36047,15", "36005,36047,99", "46102,01001,21", "01001,46102,",
            "01001,59001,12", "01001,57009,3",
        ],
        "bls_qcew_county_1990_2015.csv.gz": [
            "FIPS,year,pay,employment,establishments", "36005,2000,10000,100,5", "36047,2000,30000,300,6",
            "02999,2000,9,9,9", "11000,2000,9,9,9", "01001,2000,0,0,7", "01003,2000,0,0,0", "51019,2000,20000,50,4",
            "51515,2000,40000,50,4",
        ],
        "hud_fmr_county_1983_2017.csv.gz": [
            "FIPS10,year,fmr", "36005,1990,600", "36047,1990,900", "01001,1990,", "01003,1990,250", "72001,1990,1",
        ],
        "usda_natural_amenities.csv": [
            AMENITY_HEAD,
            "01001,50 ,130 ,86.0 ,66 ,14 ,1.40 ,0.78", "36005,32,100,68,50,1,10,1", "36047,41,140,77,70,5,30,3",
        ],
        "usda_ruc_codes_1993_2003_2013.csv": [
            "fips,ruc93,ruc03,ruc13", "01001,0,2,", "36005,3,3,3", "36085,1,1,1", "46113,9,9,8",
        ],
    }  # fmt: skip
    for name, lines in texts.items():
        data = ("\n".join(lines) + "\n").encode()
        path = source / "us" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(data, mtime=0) if name.endswith(".gz") else data)


def _counted() -> list[tuple[str, int]]:
    """Codes and years that stand in the file."""
    until = {part: last for parts, last in WHOLE.values() for part in parts}
    rows = [(code, year) for code in PEOPLE for year in YEARS if year > until.get(code, 0)]
    return rows + [(code, year) for code, (_, last) in WHOLE.items() for year in YEARS if year <= last]


def _person_row(code: str, year: int) -> str:
    thousands = PEOPLE.get(code) or sum(PEOPLE[part] for part in WHOLE[code][0])
    return ",".join(map(str, [code, year, *(figure * thousands for figure in PER_THOUSAND.values())]))


def _components() -> list[str]:
    years = range(2010, 2020)
    head = [f"{kind}{year}" for kind in ("BIRTHS", "DEATHS") for year in years]
    rows = ["SUMLEV,STATE,COUNTY,STNAME," + ",".join(head)]
    rows += [f"40,{int(code)},0,{name}," + ",".join(["999"] * len(head)) for code, name in STATES.items()]
    counties = [*(code for code in PEOPLE if code not in {"46113", "51917"}), "46102", "51019"]
    for code in counties:
        births = [str(10 + year - 2010) for year in years]
        rows.append(f"50,{int(code[:2])},{int(code[2:])},x," + ",".join(births + ["7"] * len(years)))
    return rows
