"""The signature record: who signed what, when, how and on whose authority, in honest words (SIG-2, SIG-4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from marketplace.lib.terms import day_of
from marketplace.licensing.contracts import pieces, words
from marketplace.licensing.contracts.clause import Clause, Row
from marketplace.licensing.contracts.drafting import Draft
from marketplace.licensing.contracts.facts import SignatureFacts
from marketplace.licensing.contracts.layouts.sheet import Sheet
from marketplace.licensing.contracts.reading import one_line


def signatures(d: Draft, clauses: Sequence[Clause]) -> Sheet:
    """One table for each signature, one for the confirmations."""
    last = max((s.at for s in d.deal.signatures), default=None)
    licensor, licensee = d.fact(d.deal.licensor.name), d.fact(d.deal.licensee.name)
    return Sheet(
        title=d.say("签署记录", "Signature Record"),
        kicker=d.say("平台记录", "Record of the platform"),
        lead=[
            d.say(f"许可人　{licensor}", f"Licensor: {licensor}"),
            d.say(f"被许可人　{licensee}", f"Licensee: {licensee}"),
        ],
        dated=day_of(last) if last else d.deal.made_on,
        pieces=[
            pieces.heading(d.say("所签文件", "What was signed")),
            pieces.rows(_document(d)),
            *(piece for s in d.deal.signatures for piece in _signature(d, s)),
            *_confirmations(d, clauses),
            pieces.heading(d.say("这份记录能证明什么", "What this record shows")),
            pieces.points(_honest(d)),
        ],
    )


def _document(d: Draft) -> list[Row]:
    kind = d.say("书面通知", "written notice") if d.offer.track == "open" else d.say("许可合同", "license contract")
    return [
        (d.say("项目", "Item"), d.say("内容", "Content")),
        (d.say("文件", "File"), f"{kind} {d.fact(d.deal.reference)}"),
        (d.say("文件SHA-256", "SHA-256 of the file"), words.grouped(d.deal.contract_sha256)),
        (d.say("所依据条件的SHA-256", "SHA-256 of the terms"), words.grouped(d.deal.offer_sha256)),
    ]


def _signature(d: Draft, s: SignatureFacts) -> list[pieces.Piece]:
    side = d.deal.licensor if s.party == "licensor" else d.deal.licensee
    table: list[Row] = [
        (d.say("项目", "Item"), d.say("内容", "Content")),
        (d.say("单位", "Party"), d.fact(side.name)),
        (d.say("签署人", "Signatory"), d.fact(s.signer)),
        (d.say("权限", "Authority"), words.name(words.BASES, s.basis, d.zh)),
        (d.say("方式", "Method"), words.name(words.METHODS, s.method, d.zh)),
        (d.say("签署时间", "Signed"), d.at(s.at)),
        (d.say("平台收到请求的时间", "Request received"), d.at(s.received_at)),
        (d.say("网络地址（部分隐去）", "Network address (partly masked)"), words.masked_address(s.address)),
        (d.say("所签文件SHA-256", "SHA-256 signed"), words.grouped(s.document_sha256)),
    ]
    if s.term_sheet_sha256:
        table.append((d.say("条件单（持续要约）", "Term sheet (standing offer)"), d.fact(s.term_sheet)))
        table.append((d.say("条件单SHA-256", "SHA-256 of the term sheet"), words.grouped(s.term_sheet_sha256)))
    table += _of_paper(d, s) if s.copy else _of_certificate(d, s) if s.certificate else []
    party = words.name(words.PARTIES, s.party, d.zh)
    return [pieces.heading(d.say(f"{party}的签署", f"Signature of the {party}")), pieces.rows(table)]


def _of_paper(d: Draft, s: SignatureFacts) -> list[Row]:
    """The way of a stamped paper: handed in, and confirmed by the other side."""
    by = f"{s.copy['confirmed_for']} {s.copy['confirmed_by']}"
    return [
        (d.say("扫描件SHA-256", "SHA-256 of the scan"), words.grouped(s.copy["sha256"])),
        (d.say("扫描件提交时间", "Scan handed in"), d.at(datetime.fromisoformat(s.copy["handed_in_at"]))),
        (d.say("对方确认人", "Confirmed by"), d.fact(by)),
        (d.say("对方确认时间", "Confirmed"), d.at(datetime.fromisoformat(s.copy["confirmed_at"]))),
    ]


def _of_certificate(d: Draft, s: SignatureFacts) -> list[Row]:
    """Whose certificate, by whom, and that a TEST one is a TEST one."""
    found = s.certificate
    issuer = f"TEST · {found['issuer']}" if found.get("test") else found["issuer"]
    return [
        (d.say("证书持有人", "Certificate of"), d.fact(found["subject"])),
        (d.say("发证机构", "Issued by"), d.fact(issuer)),
        (d.say("证书SHA-256", "SHA-256 of the certificate"), words.grouped(found["certificate_sha256"])),
        (d.say("含签名文件SHA-256", "SHA-256 of the signed file"), words.grouped(found["signed_sha256"])),
    ]


def _confirmations(d: Draft, clauses: Sequence[Clause]) -> list[pieces.Piece]:
    if not d.deal.confirmations:
        return []
    named = {c.key: f"{c.label} {c.title}" for c in clauses}
    head: Row = (
        d.say("条款", "Clause"),
        d.say("确认人", "By"),
        d.say("时间", "When"),
        d.say("条款文字SHA-256", "SHA-256 of its words"),
    )
    rows: list[Row] = [
        (named.get(c.clause, c.clause), one_line(c.by), d.at(c.at), words.grouped(c.text_sha256))
        for c in d.deal.confirmations
    ]
    return [
        pieces.heading(d.say("重要条款的逐条确认", "Highlighted clauses, confirmed one by one")),
        pieces.rows([head, *rows]),
    ]


def _honest(d: Draft) -> list[str]:
    methods = {s.method for s in d.deal.signatures}
    told = [
        d.say(
            "它记录谁在什么时间、以什么方式、凭什么权限认可了哪个文件；文件以SHA-256识别，一个字节不同，哈希就不同。",
            "It records who accepted which file, when, how and by what authority. The file is named by its SHA-256: one"
            " byte changed gives another hash.",
        )
    ]
    told += [d.say(*said) for method, said in words.WORTH.items() if method in methods]
    told.append(
        d.say(
            "平台封印由平台持有的密钥加盖，只证明文件自封印起没有改变，不是任何一方的签名。",
            "The platform's seal is made with a key the platform holds. It shows that a file has not changed since; it"
            " is neither party's signature.",
        )
    )
    return told
