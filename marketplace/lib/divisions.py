"""Places: provinces, cities and counties with their GB/T 2260 codes."""

from __future__ import annotations

import json
from functools import cache, lru_cache
from pathlib import Path

from django.utils.translation import get_language

_FILE = Path(__file__).with_name("reference") / "divisions.json"
# Steps of the ladder that carry no name of their own.
_NAMELESS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
_ENGLISH = {
    "11": "Beijing", "12": "Tianjin", "13": "Hebei", "14": "Shanxi", "15": "Inner Mongolia", "21": "Liaoning",
    "22": "Jilin", "23": "Heilongjiang", "31": "Shanghai", "32": "Jiangsu", "33": "Zhejiang", "34": "Anhui",
    "35": "Fujian", "36": "Jiangxi", "37": "Shandong", "41": "Henan", "42": "Hubei", "43": "Hunan",
    "44": "Guangdong", "45": "Guangxi", "46": "Hainan", "50": "Chongqing", "51": "Sichuan", "52": "Guizhou",
    "53": "Yunnan", "54": "Tibet", "61": "Shaanxi", "62": "Gansu", "63": "Qinghai", "64": "Ningxia",
    "65": "Xinjiang", "71": "Taiwan", "81": "Hong Kong", "82": "Macao",
}  # fmt: skip


@cache
def _names() -> dict[str, str]:
    """Codes without their trailing zero pairs → Chinese names."""
    names: dict[str, str] = json.loads(_FILE.read_text(encoding="utf-8"))
    return names


def _short(code: str) -> str:
    """The code without trailing "00" pairs: 410000 → 41."""
    while len(code) > 2 and code.endswith("00"):
        code = code[:-2]
    return code


def name_of(code: str) -> str:
    """The full name, province first: 410305 → 河南省洛阳市涧西区. '' for an unknown code.

    In English the province is named in English; counties and cities have no official English names.
    """
    return _name(code, get_language() == "en")


@lru_cache(maxsize=4_096)
def _name(code: str, english: bool) -> str:
    short = _short(code)
    if short not in _names():
        return ""
    steps = [short[:length] for length in (2, 4, 6) if length <= len(short)]
    parts = [_names().get(step, "") for step in steps]
    if english:
        parts[0] = _ENGLISH.get(short[:2], parts[0])
    return (" " if english else "").join(part for part in parts if part and part not in _NAMELESS)


def provinces() -> list[tuple[str, str]]:
    """The provinces as (six-digit code, name), in the order of the codes."""
    return [(f"{code}0000", name_of(code)) for code in sorted(_names()) if len(code) == 2]


def cities(province: str) -> list[tuple[str, str]]:
    """The cities of a province, with the counties that belong to no city, as (six-digit code, own name)."""
    return [(code, name) for code, name in _cities() if code[:2] == province[:2]]


def counties(city: str) -> list[tuple[str, str]]:
    """The districts and counties of a city as (six-digit code, own name)."""
    return [(code, name) for code, name in sorted(_names().items()) if len(code) == 6 and code[:4] == city[:4]]


@cache
def _cities() -> list[tuple[str, str]]:
    found = []
    for code, name in sorted(_names().items()):
        if len(code) == 4 and name not in _NAMELESS:
            found.append((f"{code}00", name))
        elif len(code) == 6 and "直辖" in _names().get(code[:4], ""):
            found.append((code, name))
    return found


def choices() -> list[tuple[str, str]]:
    """Every province, then its cities, as (six-digit code, full name): what a form offers for a place."""
    codes = [f"{code}0000" for code in _names() if len(code) == 2] + [code for code, _name in _cities()]
    return [(code, name_of(code)) for code in sorted(codes)]


def within(code: str, place: str) -> bool:
    """Whether `code` is `place` or lies in it: 419001 lies in 410000."""
    return bool(place) and _short(code).startswith(_short(place))
