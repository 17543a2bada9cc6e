"""Where a rule is written, for readers of both languages: rules cite in Chinese, English pages name the same place."""

from __future__ import annotations

import re

from django.utils.translation import get_language

# As in the official or usual English translations.
LAWS = {
    "专利法": "Patent Law",
    "专利法实施细则": "Implementing Regulations of the Patent Law",
    "专利审查指南": "Patent Examination Guidelines",
    "民法典": "Civil Code",
    "电子商务法": "E-Commerce Law",
    "电子签名法": "Electronic Signature Law",
    "促进科技成果转化法": "Law on Promoting the Transformation of Scientific and Technological Achievements",
    "河南省促进科技成果转化条例": "Henan Regulation on Promoting the Transformation of Achievements",
    "技术进出口管理条例": "Regulation on Technology Import and Export",
    "最高人民法院关于审理技术合同纠纷案件适用法律若干问题的解释": (
        "Supreme People's Court, Interpretation on Technology Contract Disputes"
    ),
    "国际专利分类斯特拉斯堡协定": "Strasbourg Agreement (IPC)",
    "洛迦诺协定": "Locarno Agreement",
    "交易规则": "Trading Rules of this platform",
    "专利申请号标准": "Standard for Application Numbers",
    "法人和其他组织统一社会信用代码编码规则": "Coding Rule of the Unified Social Credit Identifier",
}
_LAW = re.compile(r"《([^》]+)》")
_CHAPTER = re.compile(r"第五部分第十一章([\d、.]*)")
_ARTICLE = re.compile(r"第([\d、-]+)条(?:第(\d)(款|项))?")
_PARTS = {"款": "paragraph", "项": "item"}


def cited(citation: str) -> str:
    """The citation in the reader's language; a law without a known English name keeps its Chinese one."""
    if not citation or (get_language() or "").startswith("zh"):
        return citation
    return "; ".join(_piece(piece) for piece in re.split("[；;]", citation))


def _piece(text: str) -> str:
    text = text.removeprefix("本平台")
    text = _LAW.sub(lambda law: LAWS.get(law[1], law[0]) + " ", text)
    text = _CHAPTER.sub(lambda at: f"Part V Chapter 11 {_list(at[1])}".strip(), text)
    text = _ARTICLE.sub(_article, text)
    return " ".join(text.replace("任务", ", task ").split()).replace(" ,", ",")


def _article(at: re.Match[str]) -> str:
    word = "articles" if {"、", "-"} & set(at[1]) else "article"
    part = f" {_PARTS[at[3]]} {at[2]}" if at[2] else ""
    return f"{word} {_list(at[1])}{part}"


def _list(numbers: str) -> str:
    return numbers.replace("、", ", ")
