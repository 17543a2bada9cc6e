"""How well the integrity checks do on seeded cases: `python -m tests.listings.integrity.evaluate [--half tune]`.

The real abstracts are read from the reference data beside the checkout, by their SHA-256.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

SEEDED = Path(__file__).parent / "seeded"
SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "patents" / "abstracts.jsonl"
Case = dict[str, Any]


class Score(NamedTuple):
    """What a check found of one file's half."""

    name: str
    positives: int
    found: int
    negatives: int
    false_alarms: int

    def line(self) -> str:
        """A row of the table in docs/integrity.md."""
        recall = f"{100 * self.found / self.positives:.0f}%" if self.positives else "–"
        alarms = f"{100 * self.false_alarms / self.negatives:.0f}%" if self.negatives else "–"
        return (
            f"| {self.name} | {self.found} of {self.positives} | {recall}"
            f" | {self.false_alarms} of {self.negatives} | {alarms} |"
        )


def abstracts(shared: Path = SHARED) -> dict[str, str]:
    """The real abstracts by the hash of their text."""
    found = {}
    for line in shared.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text = row.get("abstract") or ""
        found[sha256(text.encode()).hexdigest()] = text
    return found


def edited(text: str, operations: list[Case]) -> str:
    """A text after our own edits, applied in order."""
    for each in operations:
        at, length = each["at"], each.get("length", 0)
        match each["op"]:
            case "move":
                cut = text[at : at + length]
                rest = text[:at] + text[at + length :]
                text = rest[: each["to"]] + cut + rest[each["to"] :]
            case _:
                text = text[:at] + each.get("text", "") + text[at + length :]
    return text


def duplicate(case: Case, texts: dict[str, str]) -> bool:
    """Whether the pair is called a duplicate."""
    from listings.integrity import texts as checks
    from listings.integrity.facts import PatentText

    again = "second_from" in case  # our own edits of a real text, or another real text
    second = edited(texts[case["second_from"]], case["operations"]) if again else texts[case["second"]]
    pair = [PatentText("1", "", texts[case["first"]]), PatentText("2", "", second)]
    return bool(checks.duplicates(pair))


def boilerplate(case: Case, texts: dict[str, str]) -> bool:
    """Whether the abstract is called empty."""
    from listings.integrity import texts as checks
    from listings.integrity.facts import PatentText

    return bool(checks.boilerplate([PatentText("1", "", case.get("text") or texts[case["record"]])]))


def quota_price(case: Case, _texts: dict[str, str]) -> bool:
    """Whether a price of the history is called sudden before the case's date."""
    from listings.integrity import prices
    from listings.integrity.facts import PriceHistory, Turn

    turns = [Turn(date.fromisoformat(e["day"]), e["event"], e.get("price_minor")) for e in case["events"]]
    return prices.before_date(PriceHistory("1", tuple(turns)), date.fromisoformat(case["quota_date"])) is not None


def related(case: Case, _texts: dict[str, str]) -> bool:
    """Whether the two are called related."""
    from listings.integrity import parties

    return bool(parties.detect([_party("1", case["first"]), _party("2", case["second"])]))


def _party(key: str, told: Case) -> Any:
    from listings.integrity.facts import Holding, Party

    holdings = [Holding(each["name"], each.get("share")) for each in told.get("shareholders", [])]
    holdings += [Holding(told["ultimate_owner"])] if told.get("ultimate_owner") else []
    heads = [told.get("legal_representative", ""), told.get("chair", ""), *told.get("officers", [])]
    return Party(
        key=key,
        name=told["name"],
        aliases=tuple(told.get("former_names", [])),
        heads=tuple(filter(None, [*heads, *told.get("partners", [])])),
        holdings=tuple(holdings),
        inventors=tuple(told.get("inventors", [])),
        address=told.get("address", ""),
        phone=told.get("phone", ""),
        email=told.get("email", ""),
        bank_account=told.get("bank_account", ""),
    )


def free_taker(case: Case, _texts: dict[str, str]) -> bool:
    """Whether the firm is called a taker of many free licenses."""
    from listings.integrity import licenses
    from listings.integrity.facts import Grant

    grants = [
        Grant(
            key=str(number),
            licensor=each["licensor"],
            licensee="1",
            field_of=each["field"][:4],
            since=date.fromisoformat(each["day"]),
            free=not each["price_minor"],
            people=case["firm"].get("employees"),
        )
        for number, each in enumerate(case["taken"])
    ]
    return bool(licenses.many_free(grants))


CHECKS: dict[str, tuple[str, Callable[[Case, dict[str, str]], bool]]] = {
    "duplicate_families.json": ("duplicate families", duplicate),
    "boilerplate.json": ("boilerplate abstracts", boilerplate),
    "quota_prices.json": ("prices before a quota date", quota_price),
    "related_parties.json": ("related parties", related),
    "free_takers.json": ("many free licenses", free_taker),
}


def cases(file: str, half: str) -> list[Case]:
    """The labelled cases of one half."""
    told = json.loads((SEEDED / file).read_text(encoding="utf-8"))
    return [case for case in told if case["half"] == half]


def judge(half: str, texts: dict[str, str]) -> list[Score]:
    """Every check on one half."""
    scores = []
    for file, (name, check) in CHECKS.items():
        told = [(case["label"], check(case, texts)) for case in cases(file, half)]
        found = [called for label, called in told if label]
        alarms = [called for label, called in told if not label]
        scores.append(Score(name, len(found), sum(found), len(alarms), sum(alarms)))
    return scores


def main() -> None:
    """Print the table."""
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings.test")
    import django

    django.setup()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=["tune", "held"], default="held")
    half = parser.parse_args().half
    sys.stdout.write("| check | found | recall | false alarms | of those |\n|---|---|---|---|---|\n")
    for score in judge(half, abstracts()):
        sys.stdout.write(score.line() + "\n")


if __name__ == "__main__":
    main()
