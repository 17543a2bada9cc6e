"""The names that papers use, Chinese first and English beside it.

Papers never read the site's translations: a paper must say the same words for ever.
"""

from __future__ import annotations

from datetime import date, datetime

from django.utils import translation
from moneyed import get_currency

from marketplace.lib import divisions
from marketplace.lib.money import in_chinese_words
from marketplace.lib.numbers import patent_number
from marketplace.lib.terms import SHANGHAI

Pair = tuple[str, str]

PATENT_KINDS: dict[str, Pair] = {
    "invention": ("发明", "invention"),
    "utility_model": ("实用新型", "utility model"),
    "design": ("外观设计", "design"),
}
STATUSES: dict[str, Pair] = {
    "in_force": ("专利权维持", "in force"),
    "late_period": ("年费滞纳期内", "in force, annual fee overdue"),
    "partly_invalid": ("部分无效，其余维持", "partly invalid, rest in force"),
    "pending": ("尚未授权", "not yet granted"),
    "lapsed": ("未缴年费终止", "lapsed for unpaid annual fee"),
    "expired": ("期限届满", "expired"),
    "waived": ("已放弃", "waived"),
    "invalid": ("全部无效", "declared invalid"),
    "suspended": ("中止", "proceedings suspended"),
    "preserved": ("保全", "preserved by a court"),
    "unknown": ("未查明", "not known"),
}
ACTS: dict[str, Pair] = {
    "make": ("制造", "make"),
    "use": ("使用", "use"),
    "offer": ("许诺销售", "offer for sale"),
    "sell": ("销售", "sell"),
    "import": ("进口", "import"),
    "process": (
        "使用专利方法以及使用、许诺销售、销售、进口依照该方法直接获得的产品",
        "use the patented process, and use, offer for sale, sell and import products obtained directly by it",
    ),
}
CLASSES: dict[str, Pair] = {
    "micro": ("微型企业、个体工商户或个人", "micro firm, sole trader or individual"),
    "small": ("小型企业", "small firm"),
    "medium": ("中型企业", "medium firm"),
    "startup": ("成立三年以内的企业", "firm not older than three years"),
    "academic": ("高等学校或科研机构", "university or institute"),
}
METHODS: dict[str, Pair] = {
    "paper": ("纸质签章，扫描后经对方确认", "stamped paper, scanned and confirmed by the other side"),
    "click": (
        "登录并重新验证身份后输入一次性验证码点击确认",
        "click after log-in, renewed authentication and a one-time code",
    ),
    "passkey": ("本人通行密钥对文件哈希签名", "the signer's own passkey over the document's hash"),
    "ca": ("持牌电子认证机构证书签名", "certificate of a licensed certification authority"),
}
_CLICK_WORTH = (
    "登录后以一次性验证码点击确认，不是《电子签名法》第十三条所称的可靠电子签名；其证明力由收到争议的机构判断。",
    (
        "A click confirmed by log-in and a one-time code is no reliable electronic signature under article 13 of"
        " the Electronic Signature Law; whoever decides a dispute weighs it."
    ),
)
_PASSKEY_WORTH = (
    (
        "通行密钥的签名由签署人自己的设备对文件哈希作出，平台不持有该密钥，任何人可凭证据包独立核验；"
        "其是否构成可靠电子签名，由处理争议的机构依《电子签名法》第十三条判断。"
    ),
    (
        "A passkey's signature is made by the signer's own device over the file's hash. The platform does not hold that"
        " key, and anybody can check the signature from the evidence pack. Whether it is a reliable electronic"
        " signature is weighed, under article 13 of the Electronic Signature Law, by whoever decides a dispute."
    ),
)
_PAPER_WORTH = (
    "纸质签章以加盖印章、签字的原件为准；平台保存的是扫描件的哈希和对方的确认，扫描件本身不是电子签名。",
    (
        "A stamped paper is proved by its original. The platform keeps the hash of the scan and the other side's"
        " confirmation; a scan is no electronic signature."
    ),
)
_CA_WORTH = (
    "证书签名写在文件之内，任何PDF软件都能查验；证书名称中写有TEST的，仅供演练，不能证明任何事。",
    (
        "A certificate's signature stands inside the file and any PDF program can check it. A certificate that says"
        " TEST is for practice and proves nothing."
    ),
)
WORTH: dict[str, Pair] = {
    "click": _CLICK_WORTH,
    "passkey": _PASSKEY_WORTH,
    "paper": _PAPER_WORTH,
    "ca": _CA_WORTH,
}  # honestly (SIG-1, SIG-2)
BASES: dict[str, Pair] = {
    "legal_representative": ("法定代表人", "legal representative"),
    "power_of_attorney": ("授权委托书", "power of attorney"),
    "self": ("本人", "acting for himself or herself"),
}
PARTIES: dict[str, Pair] = {"licensor": ("许可人", "Licensor"), "licensee": ("被许可人", "Licensee")}
OBLIGATIONS: dict[str, Pair] = {
    "fee": ("许可使用费", "License fee"),
    "entry_fee": ("入门费", "Entry fee"),
    "yearly_fee": ("年度使用费", "Fee for the year"),
    "instalment": ("分期款", "Instalment"),
    "royalty": ("提成费", "Royalty"),
}
PROOFS: dict[str, Pair] = {
    "bank_transfer": ("银行转账", "bank transfer"),
    "stripe": ("在线支付", "online payment"),
    "practice": ("练习支付（示例）", "practice payment (示例)"),
}
BASES_OF_ROYALTY: dict[str, Pair] = {"net_sales": ("净销售额", "net sales"), "profit": ("利润", "profit")}

_DIGITS = "零一二三四五六七八九"


def pick(pair: Pair, zh: bool) -> str:
    """The Chinese or the English of a pair."""
    return pair[0] if zh else pair[1]


def name(table: dict[str, Pair], key: str, zh: bool) -> str:
    """The word for a key; a key without a word stands for itself."""
    return pick(table.get(key, (key, key)), zh)


def ordinal(number: int) -> str:
    """A clause's number in Chinese numerals, up to 99: 21 → 二十一."""
    tens, ones = divmod(number, 10)
    head = ("" if tens == 1 else _DIGITS[tens]) + "十" if tens else ""
    return head + (_DIGITS[ones] if ones or not tens else "")


def day_words(day: date | None, zh: bool) -> str:
    """A day in full: 2031年10月31日, 31 October 2031. None: a dash."""
    if day is None:
        return "—"
    return f"{day.year}年{day.month}月{day.day}日" if zh else f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def instant_words(at: datetime | None, zh: bool) -> str:
    """An instant to the second in Beijing time. None: a dash."""
    if at is None:
        return "—"
    local = at.astimezone(SHANGHAI)
    clock = local.strftime("%H:%M:%S")
    return f"{day_words(local.date(), zh)} {clock}" + ("（北京时间）" if zh else " (UTC+8)")


def money_words(minor: int, currency: str, zh: bool) -> str:
    """An amount in figures and, for yuan in Chinese, in the capitals of contracts."""
    figures = _figures(minor, currency)
    if currency != "CNY":
        return f"{currency} {figures}"
    return f"人民币{figures}元（大写：人民币{in_chinese_words(minor)}）" if zh else f"CNY {figures}"


def short_money(minor: int, currency: str) -> str:
    """An amount for tables: ¥80,000.00."""
    figures = _figures(minor, currency)
    return f"¥{figures}" if currency == "CNY" else f"{currency} {figures}"


def _figures(minor: int, currency: str) -> str:
    sub_unit = get_currency(currency).sub_unit
    whole, fraction = divmod(minor, sub_unit)
    return f"{whole:,}" + (f".{fraction:0{len(str(sub_unit)) - 1}d}" if sub_unit > 1 else "")


def months_words(months: int, zh: bool) -> str:
    """A span: 5年, 18个月; 5 years, 18 months."""
    if months and months % 12 == 0:
        years = months // 12
        return f"{years}年" if zh else f"{years} year{'s' if years > 1 else ''}"
    return f"{months}个月" if zh else f"{months} month{'s' if months != 1 else ''}"


def territory_words(codes: str, zh: bool) -> str:
    """The territory: mainland China, or divisions by name. Unknown codes are printed as they are."""
    mainland = ("中国境内（不含香港、澳门特别行政区和台湾地区）", "China (without Hong Kong, Macao and Taiwan)")
    names = []
    with translation.override("zh-hans" if zh else "en"):
        for code in codes.split(","):
            code = code.strip()
            names.append(pick(mainland, zh) if code in {"", "CN"} else divisions.name_of(code) or code)
    return ("、" if zh else ", ").join(names)


def number_words(number: str) -> str:
    """A patent's number as it is written: ZL 2019 2 1898050.0; what is no application number stays as it is."""
    return patent_number(number) if number else "—"


def grouped(digest: str) -> str:
    """A hash in groups of eight, so that it breaks over lines; a dash where there is none."""
    return " ".join(digest[i : i + 8] for i in range(0, len(digest), 8)) or "—"


def masked_address(address: str) -> str:
    """A network address without its last part: 203.0.113.*, 2001:db8:…"""
    if ":" in address:
        return ":".join(address.split(":")[:3]) + ":…"
    return f"{address.rpartition('.')[0]}.*" if address else "—"


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
