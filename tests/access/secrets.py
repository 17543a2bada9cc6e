"""Words that belong to somebody: whoever is not named beside them must never read them anywhere."""

from __future__ import annotations

from tests.access.world import WHO, World

FIRM = {"firm viewer", "firm owner"}
UNIVERSITY = {"viewer", "lister", "finance", "owner"}
EVERYBODY = set(WHO)


def secrets(world: World) -> dict[str, set[str]]:
    """Word → the people who may read it; moderators may read everything."""
    sent = [deal for key, deal in world.deals.items() if key != "prepared"]
    unsent, draft = world.deals["prepared"], world.listings["kiln-burner"]
    both = FIRM | UNIVERSITY
    found = {text: both for deal in sent for text in (deal.reference, deal.verify_code, deal.intended_use)}
    found |= {unsent.reference: FIRM, unsent.verify_code: FIRM, unsent.intended_use: FIRM}
    found |= {"暗河铅业有限公司": both, "李暗河": both, "firm@demo.example": both, "暗档-transfer_receipt.pdf": both}
    found |= dict.fromkeys((draft.headline, draft.patent.title, draft.patent.application_number), UNIVERSITY)
    found |= {
        "未签的内部条件": UNIVERSITY,
        "north-lister@demo.example": UNIVERSITY,
        "周只读": UNIVERSITY,
        "暗合作研究院": UNIVERSITY,
        "暗第二合作所": UNIVERSITY,
        "co-owner@example.test": UNIVERSITY,
        "暗校长": UNIVERSITY,
        "暗变体": UNIVERSITY,
        "暗照片": UNIVERSITY,
        "暗持有人": UNIVERSITY,
        "暗表里的专利": UNIVERSITY,
        "暗档-status_evidence.pdf": UNIVERSITY,
        "暗河散户": UNIVERSITY,
        "guest@example.test": {"owner"},
        "吴只读": FIRM,
        "暗钥匙": {"firm owner"},
        "暗中找的东西": {"firm owner"},
        "暗需求联系人": {*FIRM, "lister", "owner", "rival"},  # who asked whom to call, as the firm allowed
        "000-5512": {*FIRM, "lister", "owner", "rival"},
        "暗异议人": set(),
        "000-7731": set(),
        "secret@example.test": set(),
        "暗信内容": set(),
        "暗旗 7734": set(),
        "暗新材料有限公司": set(),
    }
    return found


def hidden_from(who: str, world: World) -> list[str]:
    """What this person must never read."""
    if who == "moderator":
        return ["暗钥匙"]
    return [text for text, readers in secrets(world).items() if who not in readers]


MODERATOR = {"moderator"}
BOTH_SIDES = FIRM | UNIVERSITY | MODERATOR
# A file of each kind that the vault knows → those who may open it.
FILES: dict[str, set[str]] = {
    "contract": BOTH_SIDES,
    "contract, sealed": BOTH_SIDES,
    "signatures": BOTH_SIDES,
    "signatures, sealed": BOTH_SIDES,
    "notice": BOTH_SIDES,
    "notice, not sent": FIRM | MODERATOR,
    "certificate": BOTH_SIDES,
    "trial": BOTH_SIDES,
    "amendment": BOTH_SIDES,
    "termination": BOTH_SIDES,
    "stamped_copy": BOTH_SIDES,
    "filing": BOTH_SIDES,
    "use_proof": BOTH_SIDES,
    "security_paper": BOTH_SIDES,
    "certificate, sealed": BOTH_SIDES,
    "transfer_receipt": BOTH_SIDES,
    "evaluation_report": UNIVERSITY | MODERATOR,
    "pledgee_consent": UNIVERSITY | MODERATOR,
    "status_evidence": UNIVERSITY | MODERATOR,
    "encumbrance_evidence": UNIVERSITY | MODERATOR,
    "publicity_proof": UNIVERSITY | MODERATOR,
    "consent_power": UNIVERSITY | MODERATOR,
    "withdrawal_evidence": UNIVERSITY | MODERATOR,
    "listing_picture": UNIVERSITY | MODERATOR,  # of a draft; what is on offer shows its pictures to everybody
    "maturity_proof": UNIVERSITY | MODERATOR,
    "approval_record": UNIVERSITY | MODERATOR,
    "declaration_evidence": UNIVERSITY | MODERATOR,
    "co_owner_consent": UNIVERSITY | MODERATOR,
    "objection_evidence": MODERATOR,  # whoever objects may need protection
    "organization_evidence": MODERATOR,  # and the newcomer's owner, who is nobody here
    "power_of_attorney": {"owner"} | MODERATOR,
    "term_sheet": UNIVERSITY,
    "import": MODERATOR,
}
