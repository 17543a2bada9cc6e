"""Ways to forge a sealed paper, each a function from bytes to bytes."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from asn1crypto import cms
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

from marketplace.lib import pki
from marketplace.licensing.signing import keys

name = generic.pdf_name
Forgery = Callable[[bytes], bytes]


def flip(pdf: bytes, at: int, bit: int = 0) -> bytes:
    """One bit changed."""
    return pdf[:at] + bytes([pdf[at] ^ (1 << bit)]) + pdf[at + 1 :]


def signature(pdf: bytes) -> Any:
    """The last signature of a file."""
    return PdfFileReader(io.BytesIO(pdf)).embedded_signatures[-1]


def with_cms(pdf: bytes, der: bytes) -> bytes:
    """Another CMS in the place of the signature's."""
    _, start, end, _ = (int(number) for number in signature(pdf).byte_range)
    return pdf[: start + 1] + der.hex().encode().ljust(end - start - 2, b"0") + pdf[end - 1 :]


def flip_padding(pdf: bytes) -> bytes:
    """One digit of the zeros behind the signature: pyHanko and DSS see nothing."""
    return flip(pdf, int(signature(pdf).byte_range[2]) - 10)


def flip_signature(pdf: bytes) -> bytes:
    """One bit of the signature value."""
    signed = signature(pdf).signed_data
    der = cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump()
    value = signature(pdf).signer_info["signature"].native
    return with_cms(pdf, flip(der, der.rindex(value) + len(value) - 1))


def flip_timestamp(pdf: bytes) -> bytes:
    """One bit of the time stamp's own signature."""
    signed = signature(pdf).signed_data
    (token,) = [
        a["values"][0] for a in signed["signer_infos"][0]["unsigned_attrs"] if "time_stamp" in str(a["type"].native)
    ]
    value = token["content"]["signer_infos"][0]["signature"].native
    der = cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump()
    return with_cms(pdf, flip(der, der.rindex(value) + len(value) - 1))


def strip_timestamp(pdf: bytes) -> bytes:
    """The time stamp taken out: pdfsig sees nothing."""
    content = signature(pdf).signed_data.copy()
    bare = content["signer_infos"][0].copy()
    del bare["unsigned_attrs"]
    content["signer_infos"] = [bare]
    return with_cms(pdf, cms.ContentInfo({"content_type": "signed_data", "content": content}).dump(force=True))


def empty_contents(pdf: bytes) -> bytes:
    """A signature of zeros."""
    return with_cms(pdf, b"")


def shorten_byterange(pdf: bytes) -> bytes:
    """The signed range ends one byte early."""
    length = str(int(signature(pdf).byte_range[3])).encode()
    start = pdf.rindex(b"/ByteRange")
    at = pdf.rindex(length, start, pdf.index(b"]", start))
    return pdf[:at] + str(int(length) - 1).rjust(len(length), "0").encode() + pdf[at + len(length) :]


def _updated(pdf: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def replace_page(pdf: bytes) -> bytes:
    """A revision with another text on the first page."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        page = writer.root["/Pages"]["/Kids"][0]
        page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"0 0 0 rg 72 72 400 20 re f"))
        writer.update_container(page)

    return _updated(pdf, change)


def add_script(pdf: bytes) -> bytes:
    """A revision with a script that runs on opening."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        script = {name("/S"): name("/JavaScript"), name("/JS"): generic.TextStringObject("app.alert(1)")}
        writer.root["/OpenAction"] = generic.DictionaryObject(script)
        writer.update_root()

    return _updated(pdf, change)


def remove_signature(pdf: bytes) -> bytes:
    """A revision without the signature's field."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        writer.root["/AcroForm"] = generic.DictionaryObject({name("/Fields"): generic.ArrayObject()})
        writer.root.pop("/Perms", None)
        writer.update_root()

    return _updated(pdf, change)


def truncate(pdf: bytes) -> bytes:
    """The last bytes cut off."""
    return pdf[:-100]


def append_garbage(pdf: bytes) -> bytes:
    """A comment behind the end."""
    return pdf + b"% nothing to see here\n"


def signed_by(pdf: bytes, folder: Path, *, certify: bool) -> bytes:
    """Signed, or signed once more, with a stranger's key whose certificate bears the platform's name."""
    made = pki.ensure_test_hierarchy(folder)
    signer = keys.signer(keys.Places(str(made.seal_key), str(made.seal_certificate), str(made.chain)))
    metadata = PdfSignatureMetadata(
        field_name="Forged",
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=certify,
        docmdp_permissions=MDPPerm.FILL_FORMS,
    )
    out = io.BytesIO()
    PdfSigner(metadata, signer).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), output=out)
    return out.getvalue()


def encrypted(pdf: bytes) -> bytes:
    """The same pages behind a password."""
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(pdf)))
    writer.encrypt("owner", "user")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def bomb() -> bytes:
    """A small file whose only stream unpacks to 300 MB."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(2**20)) for _ in range(300)) + packer.flush()
    head = b"%PDF-1.7\n1 0 obj\n<</Length " + str(len(packed)).encode() + b"/Filter/FlateDecode>>\nstream\n"
    return head + packed + b"\nendstream\nendobj\n%%EOF\n"


BROKEN_SEAL: dict[str, Forgery] = {
    "flip_signature": flip_signature,
    "empty_contents": empty_contents,
    "shorten_byterange": shorten_byterange,
}
APPENDED: dict[str, Forgery] = {
    "replace_page": replace_page,
    "add_script": add_script,
    "remove_signature": remove_signature,
    "append_garbage": append_garbage,
}
