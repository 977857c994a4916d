"""Parameter values that were fitted to one country's past, read from parameters/fitted/<country>.toml.

One or more tables per parameter; each is a fit, and the latest that was known in a year holds:

    [[near]]
    value = 40.0               # or one value per life stage
    low = 38.0                 # ends of the 95% interval
    high = 42.0
    fitted_on = "..."          # which figures, of which years
    method = "..."
    known_from = 2018          # first year in which the fit could have been made
    borrowed_from = ["us"]     # other countries whose fits it rests on; left out where it is the country's own
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources.abc import Traversable
from typing import Annotated, Final, TypeAlias, cast

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from hinterland.errors import InputError

FOLDER: Final = "fitted"
"""Below the folder of parameter files."""
NAME: Final = re.compile(r"[\w-]+")
"""What a country's code must be to name a file."""

Words = Annotated[str, Field(min_length=1)]
Numbers: TypeAlias = FiniteFloat | tuple[FiniteFloat, ...]


class Fitted(BaseModel):
    """One fit of one parameter; immutable. Its value and interval are checked against the parameter by `params`."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    value: Numbers
    low: Numbers
    high: Numbers
    fitted_on: Words
    method: Words
    known_from: Annotated[int, Field(ge=1800, le=2200)]
    borrowed_from: tuple[Words, ...] = ()

    @property
    def source(self) -> str:
        """What the parameter's source says, as a sentence."""
        borrowed = f" Borrowed from {', '.join(self.borrowed_from)}." if self.borrowed_from else ""
        return f"Fitted on {self.fitted_on}: {self.method}.{borrowed}"


def read_fitted(folder: Traversable, country: str, year: int | None = None) -> Mapping[str, Fitted]:
    """Parameter -> its latest fit for a country, of those that were known in `year` where one is given.

    Empty where the country has no file: nothing is borrowed silently. InputError names file, parameter and field.
    """
    name = f"{country}.toml"
    source = folder / FOLDER / name
    if not NAME.fullmatch(country) or not source.is_file():
        return {}
    where = f"{FOLDER}/{name}"
    try:
        tables = tomllib.loads(source.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"is not TOML: {error}", remedy="Correct the file at that place", where=where) from None
    found: dict[str, Fitted] = {}
    for parameter, fits in tables.items():
        if not isinstance(fits, list):
            raise InputError(
                f"{fits!r} is no list of fits",
                remedy=f"Open each fit with [[{parameter}]]",
                where=f"{where}, parameter {parameter}",
            )
        known = [
            fit
            for fit in (_fit(fields, f"{where}, parameter {parameter}") for fields in cast("list[object]", fits))
            if year is None or fit.known_from <= year
        ]
        if known:
            found[parameter] = max(known, key=lambda fit: fit.known_from)
    return found


def _fit(fields: object, where: str) -> Fitted:
    try:
        return Fitted.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else "the fit"
        raise InputError(
            f"{field}: {first['msg'][:1].lower()}{first['msg'][1:]}",
            remedy="A fit has value, low, high, fitted_on, method and known_from, and borrowed_from where it is",
            where=where,
        ) from None


def written(fits: Mapping[str, Sequence[Fitted]], opening: str) -> str:
    """A file of fits as `read_fitted` reads it; numbers to four digits."""
    lines = [f"# {opening}"]
    for name, several in fits.items():
        for fit in several:
            lines += ["", f"[[{name}]]"]
            lines += [f"{field} = {_shown(value)}" for field, value in fit.model_dump().items() if value != ()]
    return "\n".join(lines) + "\n"


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_shown, cast('tuple[object, ...]', value)))}]"
    if isinstance(value, float):
        return repr(float(f"{value:.4g}"))
    return str(value) if isinstance(value, int) else json.dumps(value, ensure_ascii=False)
