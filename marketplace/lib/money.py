"""Money between `Money` inside and integers of minor units at the edges. Never a float."""

from __future__ import annotations

from decimal import Decimal

from moneyed import Money, get_currency


class NotWholeUnits(ValueError):
    """An amount is finer than its currency allows."""


def to_minor(money: Money) -> int:
    """Money as an integer of minor units (fen, cents). Raises NotWholeUnits for 19.995 CNY or 0.5 JPY."""
    minor = money.amount * money.currency.sub_unit
    if minor != int(minor):
        raise NotWholeUnits(f"{money.amount} {money.currency} is finer than the currency allows")
    return int(minor)


def from_minor(minor: int, currency: str = "CNY") -> Money:
    """An integer of minor units as Money."""
    unit = get_currency(currency)
    return Money(Decimal(minor) / unit.sub_unit, unit)


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")


def _group_in_words(group: int) -> str:
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + _PLACES[place]
            gap = False
        else:
            gap = True
    return text


def in_chinese_words(minor: int) -> str:
    """CNY in the capital characters that Chinese contracts and banks use: 8000050 → 捌万元伍角整.

    `minor` is in fen, not negative. Raises ValueError for a negative amount.
    """
    if minor < 0:
        raise ValueError("a negative amount has no place on a contract")
    yuan, fen = divmod(minor, 100)
    text, needs_zero = "", False
    for index in reversed(range(len(_GROUPS))):
        group = yuan // 10_000**index % 10_000
        if group:
            text += ("零" if text and (needs_zero or group < 1000) else "") + _group_in_words(group) + _GROUPS[index]
            needs_zero = False
        elif text:
            needs_zero = True
    text = f"{text}元" if text else ""
    if not fen:
        return f"{text or '零元'}整"
    jiao, rest = divmod(fen, 10)
    if jiao:
        text += f"{_DIGITS[jiao]}角"
    elif text:
        text += "零"
    return text + (f"{_DIGITS[rest]}分" if rest else "整")
