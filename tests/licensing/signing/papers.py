"""Further papers for tests of signing: one that both sides sign, made out of a paper that exists."""

from __future__ import annotations

import hashlib
import io
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from marketplace.accounts.models import User
from marketplace.licensing.models import Agreement, Paper, PaperKind
from marketplace.licensing.signing import acts
from marketplace.licensing.signing.doors import Signing
from marketplace.vault import files
from tests.licensing.conftest import CODE


def _titled(pdf: bytes, title: str) -> bytes:
    """The same pages under another title: another file, as a paper of its own would be."""
    writer, out = IncrementalPdfFileWriter(io.BytesIO(pdf)), io.BytesIO()
    words = generic.DictionaryObject({generic.pdf_name("/Title"): generic.TextStringObject(title)})
    writer.set_info(writer.add_object(words))
    writer.write(out)
    return out.getvalue().rstrip() + b"\n"


def further(agreement: Agreement, number: int = 91) -> Paper:
    """A guidance plan that waits for both, in both languages; returns the binding one."""
    made = []
    for language in ("zh-hans", "en"):
        source = agreement.papers.select_related("file").get(kind="contract", language=language)
        data = _titled(files.read(source.file), f"plan {number}")
        name = f"plan-{number}-{language}.pdf"
        file = files.store(data, kind="guidance", name=name, by=None, subject=agreement)
        made.append(
            Paper.objects.create(
                agreement=agreement,
                kind=PaperKind.GUIDANCE,
                number=number,
                language=language,
                file=file,
                sha256=hashlib.sha256(data).hexdigest(),
            )
        )
    return made[0]


def sign_paper(paper: Paper, by: User, **facts: Any) -> Paper:
    """A click signature over the very paper that waits."""
    return acts.sign_paper(paper, Signing.now(by, **({"code": CODE, "document_sha256": paper.sha256} | facts)))
