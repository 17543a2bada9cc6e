#!/usr/bin/env python3
"""Checks an evidence pack offline: `python3 verify.py [--en] [FOLDER]`, exit code 0 when everything holds.

Python 3.9 or newer and nothing else: no network, no library, none of the platform's code. Is every file the one the
manifest names, which the seal signed; is each sealed PDF whole, and does it begin with what the parties signed; do
offer, signatures and trail agree; did an outside authority stamp the trail. Compare the fingerprints at the end.
"""

from __future__ import annotations

import hashlib
import json
import re
import runpy
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # older Pythons cannot read these at run time
    Point = tuple[int, int] | None
    Curve = tuple[int, int, int, int, tuple[int, int]]
    Roots = Mapping[str, "Certificate"]

HASHES = {
    "2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.2": "sha384", "2.16.840.1.101.3.4.2.3": "sha512",
    "1.2.840.10045.4.3.2": "sha256", "1.2.840.10045.4.3.3": "sha384", "1.2.840.10045.4.3.4": "sha512",
    "1.2.840.113549.1.1.11": "sha256", "1.2.840.113549.1.1.12": "sha384", "1.2.840.113549.1.1.13": "sha512",
}  # fmt: skip
P256 = (2**256 - 2**224 + 2**192 + 2**96 - 1, -3, 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
        0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
        (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
         0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5))  # fmt: skip
P384 = (2**384 - 2**128 - 2**96 + 2**32 - 1, -3,
        0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
        (0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
         0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F)
        )  # fmt: skip
CURVES = {"1.2.840.10045.3.1.7": P256, "1.3.132.0.34": P384}  # FIPS 186-4, D.1.2
MESSAGE_DIGEST, TIME_STAMP = "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.16.2.14"
PREFIXES = {  # DER of DigestInfo before the digest (RFC 8017, 9.2)
    "sha256": "3031300d060960864801650304020105000420", "sha384": "3041300d060960864801650304020205000430",
    "sha512": "3051300d060960864801650304020305000440",
}  # fmt: skip


class Bad(Exception):
    """Something does not hold; the message says what."""


class Der:
    """One element of DER: its tag, its content, its whole bytes, its parts."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        try:
            self.tag, length, body = data[at], data[at + 1], at + 2
            if length & 0x80:
                size = length & 0x7F
                if not 0 < size < 5:
                    raise Bad("a length that DER does not know")
                length, body = int.from_bytes(data[body : body + size], "big"), body + size
        except IndexError:
            raise Bad("a structure that ends too early") from None
        self.end = body + length
        if self.end > len(data):
            raise Bad("a structure that ends too early")
        self.content, self.whole = data[body : self.end], data[at : self.end]

    def parts(self) -> list[Der]:
        found: list[Der] = []
        while (at := found[-1].end if found else 0) < len(self.content):
            found.append(Der(self.content, at))
        return found

    def number(self) -> int:
        return int.from_bytes(self.content, "big")

    def oid(self) -> str:
        first, *rest = self.content
        numbers, value = [first // 40 if first < 80 else 2, first % 40 if first < 80 else first - 80], 0
        for byte in rest:
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                numbers.append(value)
                value = 0
        return ".".join(map(str, numbers))


class Certificate:
    """What is needed of an X.509 certificate."""

    def __init__(self, der: Der) -> None:
        self.der = der.whole
        tbs, algorithm, signature = der.parts()[:3]
        fields = [part for part in tbs.parts() if part.tag != 0xA0]
        self.serial, _, self.issuer, validity, self.subject, key = fields[:6]
        self.tbs, self.algorithm, self.signature = tbs.whole, algorithm.parts()[0].oid(), signature.content[1:]
        self.key, self.days = key, [instant(part) for part in validity.parts()]

    def fingerprint(self) -> str:
        return hashlib.sha256(self.der).hexdigest()


def instant(part: Der) -> str:
    """A DER time as YYYYMMDDHHMMSS."""
    text = part.content.decode().rstrip("Z").split(".")[0]
    return ("20" if int(text[:2]) < 50 else "19") + text if part.tag == 0x17 else text


def check_signature(key: Der, algorithm: str, message: bytes, signature: bytes) -> None:
    """Raise Bad unless `signature` over `message` is by `key` (a SubjectPublicKeyInfo)."""
    kind, public = key.parts()
    name = HASHES.get(algorithm)
    curve = CURVES.get(kind.parts()[1].oid()) if kind.parts()[0].oid() == "1.2.840.10045.2.1" else None
    if name is None or (curve is None and kind.parts()[0].oid() != "1.2.840.113549.1.1.1"):
        raise Bad(f"this script does not know the algorithm {algorithm}; use openssl")
    digest = hashlib.new(name, message).digest()
    if curve:
        ok = ecdsa(curve, public.content[2:], digest, Der(signature))
    else:
        modulus, exponent = (part.number() for part in Der(public.content[1:]).parts())
        size = (modulus.bit_length() + 7) // 8
        info = bytes.fromhex(PREFIXES[name]) + digest
        wanted = b"\0\1" + b"\xff" * (size - len(info) - 3) + b"\0" + info
        ok = pow(int.from_bytes(signature, "big"), exponent, modulus).to_bytes(size, "big") == wanted
    if not ok:
        raise Bad("the signature is not this key's")


def ecdsa(curve: Curve, point: bytes, digest: bytes, signature: Der) -> bool:
    """Whether r and s fit (FIPS 186-4, 6.4)."""
    prime, a, b, order, base = curve
    size = (prime.bit_length() + 7) // 8
    x, y = int.from_bytes(point[:size], "big"), int.from_bytes(point[size:], "big")
    r, s = (part.number() for part in signature.parts())
    if (y * y - x * x * x - a * x - b) % prime or not (0 < r < order and 0 < s < order):
        return False
    z = int.from_bytes(digest[: (order.bit_length() + 7) // 8], "big")
    w = pow(s, -1, order)
    found = add(curve, times(curve, z * w % order, base), times(curve, r * w % order, (x, y)))
    return found is not None and found[0] % order == r


def add(curve: Curve, one: Point, other: Point) -> Point:
    """The sum of two points of a curve; None is the point at infinity."""
    prime, a = curve[:2]
    if one is None or other is None:
        return one or other
    if one[0] == other[0]:
        if (one[1] + other[1]) % prime == 0:
            return None
        slope = (3 * one[0] ** 2 + a) * pow(2 * one[1], -1, prime)
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, prime)
    x = (slope * slope - one[0] - other[0]) % prime
    return x, (slope * (one[0] - x) - one[1]) % prime


def times(curve: Curve, factor: int, point: Point) -> Point:
    """A point added to itself `factor` times."""
    found: Point = None
    while factor:
        if factor & 1:
            found = add(curve, found, point)
        point, factor = add(curve, point, point), factor >> 1
    return found


class Signed:
    """CMS SignedData with one signer (RFC 5652)."""

    def __init__(self, der: bytes) -> None:
        fields = Der(der).parts()[1].parts()[0].parts()
        self.content = fields[2].parts()[1].parts()[0].content if len(fields[2].parts()) > 1 else None
        self.certificates = [Certificate(part) for part in fields[3].parts()] if fields[3].tag == 0xA0 else []
        info = fields[-1].parts()[0].parts()
        issuer, serial = info[1].parts()
        self.signer = next(
            (c for c in self.certificates if c.issuer.whole == issuer.whole and c.serial.whole == serial.whole), None
        )
        attributes = next(part for part in info if part.tag == 0xA0)
        at = info.index(attributes)
        self.attributes, self.signed = attributes.parts(), b"\x31" + attributes.whole[1:]
        self.hash = HASHES.get(info[2].parts()[0].oid())
        self.algorithm, self.signature = info[at + 1].parts()[0].oid(), info[at + 2].content
        if self.algorithm == "1.2.840.113549.1.1.1":
            self.algorithm = {v: k for k, v in HASHES.items() if k.startswith("1.2.840.113549")}[self.hash or ""]
        self.unsigned = next((part.parts() for part in info if part.tag == 0xA1), [])

    @staticmethod
    def value(attributes: Sequence[Der], oid: str) -> Der | None:
        """The attribute of that name, None where it is missing."""
        for part in attributes:
            if part.parts()[0].oid() == oid:
                return part.parts()[1].parts()[0]
        return None

    def check(self, data: bytes, roots: Roots, at: str = "") -> None:
        """Raise Bad unless the signer signed `data` and stands below one of `roots` (fingerprints)."""
        if self.signer is None:
            raise Bad("the signer's certificate is missing")
        stated = self.value(self.attributes, MESSAGE_DIGEST)
        if stated is None or self.hash is None or stated.content != hashlib.new(self.hash, data).digest():
            raise Bad("what was signed is something else")
        check_signature(self.signer.key, self.algorithm, self.signed, self.signature)
        if at and not self.signer.days[0] <= at <= self.signer.days[1]:
            raise Bad("the certificate was not valid at that time")
        climb(self.signer, self.certificates, roots)

    def stamp(self) -> bytes | None:
        """The time-stamp token over this signature, or None."""
        token = self.value(self.unsigned, TIME_STAMP)
        return token.whole if token is not None else None


def climb(certificate: Certificate, known: Sequence[Certificate], roots: Roots) -> None:
    """Raise Bad unless a chain of right signatures leads from the certificate to one of the roots."""
    for _ in range(6):
        if certificate.fingerprint() in roots:
            return
        issuer = certificate.issuer.whole
        above = [c for c in [*known, *roots.values()] if c.subject.whole == issuer and c is not certificate]
        if not above:
            raise Bad("the chain of certificates does not reach a root in trust/")
        check_signature(above[0].key, certificate.algorithm, certificate.tbs, certificate.signature)
        certificate = above[0]
    raise Bad("the chain of certificates is too long")


def check_stamp(token: bytes, data: bytes, roots: Roots) -> str:
    """The instant of a time stamp (RFC 3161) over `data`. Raises Bad."""
    signed = Signed(token)
    fields = Der(signed.content or b"").parts()
    name, digest = HASHES.get(fields[2].parts()[0].parts()[0].oid()), fields[2].parts()[1].content
    if name is None or hashlib.new(name, data).digest() != digest:
        raise Bad("the time stamp is over something else")
    at = instant(fields[4])
    signed.check(signed.content or b"", roots, at)
    return f"{at[:4]}-{at[4:6]}-{at[6:8]} {at[8:10]}:{at[10:12]}:{at[12:14]} UTC"


def check_pdf(data: bytes, first: str, roots: Roots, stamp_roots: Roots) -> str:
    """The instant of the seal's time stamp. `first`: SHA-256 of the bytes before sealing. Raises Bad."""
    found = list(re.finditer(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", data))
    if not found:
        raise Bad("there is no seal")
    start, length, second, rest = (int(number) for number in found[-1].groups())
    if start or second + rest != len(data) or data[length : length + 1] + data[second - 1 : second] != b"<>":
        raise Bad("the seal does not cover the whole file")
    signed = Signed(bytes.fromhex(data[length + 1 : second - 1].decode("ascii").strip()))
    at = check_stamp(signed.stamp() or b"", signed.signature, stamp_roots)
    signed.check(data[:length] + data[second:], roots, re.sub(r"\D", "", at))
    ends = [match.end() for match in re.finditer(rb"%%EOF\r?\n?", data)]
    if first not in {hashlib.sha256(data[:end]).hexdigest() for end in ends}:
        raise Bad("the bytes that were signed are not the beginning of this file")
    return at


def canonical(value: Any) -> bytes:
    """JSON as it is hashed: keys sorted, no blanks, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def check_entry(entry: dict[str, Any], anchors: dict[str, Any]) -> bool:
    """Whether an anchor covers the entry. Raises Bad when the entry or its way to the anchor's root does not hold."""
    if hashlib.sha256(canonical(entry["told"])).hexdigest() != entry["sha256"]:
        raise Bad(f"entry {entry['told']['number']} is not what was written")
    if entry["anchor"] is None:
        return False
    at = hashlib.sha256(b"\0" + bytes.fromhex(entry["sha256"])).digest()
    for side, neighbor in entry["path"]:
        other = bytes.fromhex(neighbor)
        at = hashlib.sha256(b"\1" + (other + at if side == "left" else at + other)).digest()
    if at.hex() != anchors[entry["anchor"]]["root"]:
        raise Bad(f"entry {entry['told']['number']} does not lead to the stamped root")
    return True


class Report:
    """Says each answer in one line and remembers whether all were good."""

    def __init__(self, english: bool) -> None:
        self.english, self.good = english, True

    def ask(self, zh: str, en: str, question: Callable[..., object], *about: Any) -> None:
        """Carry out a check; print what it found. Whatever goes wrong counts as a failure."""
        try:
            answer, word = question(*about), ("通过", "ok")
        except Exception as problem:  # noqa: BLE001  whatever goes wrong, it does not hold
            answer, word, self.good = str(problem) or type(problem).__name__, ("失败", "FAIL"), False
        what, more = (en if self.english else zh), f": {answer}" if answer else ""
        sys.stdout.write(f"{word[self.english]:4}  {what}{more}\n")


def roots_in(folder: Path) -> Roots:
    """Certificates of trust/NAME/*.der by fingerprint."""
    found = [Certificate(Der(file.read_bytes())) for file in sorted(folder.glob("*.der"))]
    return {certificate.fingerprint(): certificate for certificate in found}


def run(folder: Path, report: Report) -> None:
    """Every question about the pack in `folder`."""
    seal, stamp = roots_in(folder / "trust" / "seal"), roots_in(folder / "trust" / "stamp")
    listed = (folder / "manifest.json").read_bytes()
    report.ask("清单中的文件齐全、未改", "every file is the one the manifest names", check_files, folder, listed)
    report.ask(
        "清单由平台封印签署", "the platform's seal signed the manifest", check_manifest, folder, listed, seal, stamp
    )
    ask_papers(folder, report, seal, stamp)
    ask_trail(folder, report, stamp)
    for name, known in (("seal", seal), ("stamp", stamp), ("parties", roots_in(folder / "trust" / "parties"))):
        for fingerprint in known:
            sys.stdout.write(f"      trust/{name}  SHA-256 {fingerprint}\n")


def ask_papers(folder: Path, report: Report, seal: Roots, stamp: Roots) -> None:
    """The offer, the sealed papers, and what the parties signed."""
    agreement = json.loads((folder / "agreement.json").read_text("utf-8"))
    offer = hashlib.sha256((folder / "offer.json").read_bytes()).hexdigest()
    report.ask("条件与哈希一致", "the offer has the stated hash", same, offer, agreement["offer_sha256"])
    for paper in json.loads((folder / "papers.json").read_text("utf-8")):
        if paper["sealed_sha256"]:
            data = (folder / paper["file"]).read_bytes()
            report.ask(paper["file"], paper["file"], check_pdf, data, paper["sha256"], seal, stamp)
    runpy.run_path(str(Path(__file__).with_name("signed.py")))["ask"](folder, report, agreement, globals())


def ask_trail(folder: Path, report: Report, stamp: Roots) -> None:
    """The anchors, and every entry under them."""
    trail = json.loads((folder / "trail.json").read_text("utf-8"))
    anchors = {str(anchor["first"]): anchor for anchor in trail["anchors"]}
    for first, anchor in anchors.items():
        token, root = (folder / anchor["file"]).read_bytes(), bytes.fromhex(anchor["root"])
        report.ask(
            f"存证时间戳 {first}", f"time stamp of the trail from entry {first}", check_stamp, token, root, stamp
        )
    report.ask("存证记录", "entries of the trail", check_entries, trail["entries"], anchors)


def check_entries(entries: Sequence[dict[str, Any]], anchors: dict[str, Any]) -> str:
    """How many there are, and which wait for their time stamp. Raises Bad at the first that does not hold."""
    waiting = [str(entry["told"]["number"]) for entry in entries if not check_entry(entry, anchors)]
    return f"{len(entries)}" + (f" ({len(waiting)} ?: {' '.join(waiting)})" if waiting else "")


def same(one: object, other: object) -> None:
    """Raise Bad unless both are the same."""
    if one != other:
        raise Bad(f"{one} is not {other}")


def check_files(folder: Path, listed: bytes) -> str:
    """How many files there are. Raises Bad when one is missing, added or changed."""
    files = json.loads(listed)["files"]
    there = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    left = there ^ {*files, "manifest.json", "manifest.p7s"}
    if left:
        raise Bad("missing or added: " + ", ".join(sorted(left)))
    for name, wanted in files.items():
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != wanted:
            raise Bad(name + " was changed")
    return str(len(there))


def check_manifest(folder: Path, manifest: bytes, seal: Roots, stamp: Roots) -> str:
    """When the platform signed the manifest. Raises Bad."""
    signed = Signed((folder / "manifest.p7s").read_bytes())
    at = check_stamp(signed.stamp() or b"", signed.signature, stamp)
    signed.check(manifest, seal, re.sub(r"\D", "", at))
    return at


def main(arguments: Sequence[str]) -> int:
    """Check the pack in the named folder, or beside this file."""
    english = "--en" in arguments
    places = [each for each in arguments if not each.startswith("-")]
    report = Report(english)
    folder = Path(places[0]) if places else Path(__file__).parent
    try:
        run(folder, report)
    except Exception as problem:  # noqa: BLE001  a pack that was tampered with fails in any way it likes
        report.ask("证据包可读", "the pack can be read", same, repr(problem), "")
    word = (
        ("全部通过", "everything holds")
        if report.good
        else ("有不符之处，不要采信", "something does not hold: do not rely on it")
    )
    sys.stdout.write(f"\n{word[english]}\n")
    return 0 if report.good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
