"""On what does the speaker say it rests? The words that say so, in the codebook's terms; without such words: unstated."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blindspot.measure.statements.model import Basis

_PICTURES = r"(?:video|footage|images?|imagery|recordings?|photographs?|photos?|pictures?|feed|tapes?|frames|film|radar tracks?|live ?stream)"
_SAW = re.compile(
    rf"\b(?:seen|saw|see|watched|viewed|reviewed|shown|examined|studied|access to|analy[sz]ed|based on|relied\b[^.;]{{0,30}}\bon|citing|the|in|on)\b[^.;,“\"]{{0,60}}\b{_PICTURES}\b",
    re.IGNORECASE,
)
_STRONG = re.compile(
    rf"\b(?:seen|saw|watched|viewed|reviewed|shown|examined|studied|access to|analy[sz]ed|based on|relied\b[^.;]{{0,30}}\bon)\b[^.;,“\"]{{0,60}}\b{_PICTURES}\b|\b{_PICTURES}\b[^.;,“\"]{{0,30}}\b(?:show|appear|reveal|indicate|depict)|\bcrew had (?:watched|seen)\b",
    re.IGNORECASE,
)
_READ = re.compile(
    r"\b(?:read|reviewed|seen|cit(?:ing|ed)|according to|quoting|obtained)\b[^.;,“\"]{0,50}\b(?:report|file|memo|documents?|summary|assessment|papers|website|transcript|cable|log|intercepts?)\b",
    re.IGNORECASE,
)
_DOCUMENT = re.compile(
    r"\b(?:report|memo|documents?|summary|papers|registers?|records?|transcript|audit|letter|log|notes|manual|affidavit|file|data|statement of)\b",
    re.IGNORECASE,
)
_BRIEFED = re.compile(
    r"\b(?:briefed|been told|was told|were told|familiar with|knowledge of|privy to|close to|involved in|aware of|with access to|informed (?:of|about))\b[^.;,“\"]{0,40}",
    re.IGNORECASE,
)
_THERE = re.compile(
    r"\b(?:I|we|We) (?:saw|heard|was|were|watched|washed|felt|ran|found|looked|counted|turned|never)\b|\bwho (?:lives?|lived|was (?:on|in|at|there)|were (?:on|in|at|there)|survived|flew|visited|witnessed|attended|examined the)\b|\b(?:eye)?witness(?:es)?\b|\b(?:he|she|they) (?:saw|heard|had seen|had heard|watched) (?!a report|reports|the news)",
)  # fmt: skip
_INFERS = re.compile(
    r"\b(?:believes?|believed|thinks?|thought|suspects?|suspected|consistent with|appears? to|appeared to|would (?:never|not|have|be)|about to be|will be|if (?:we|they) had|(?:may|might|could) (?:well )?have|likely|probably|possibly|in (?:its|his|her|their) view|suggest(?:s|ed|ing)?|questioned|assess(?:es|ed)?|indicating)\b",
    re.IGNORECASE,
)


def basis(source: str, between: str, content: str, act: str, anonymity: str) -> tuple[Basis, str]:  # noqa: PLR0911  # one return for each form
    """The stated basis and the words it rests on. `between` is what stands around the cue, outside the content."""
    for part in (source, between):
        if found := _STRONG.search(part):
            return "saw_video", found[0]
    head = content[:220]
    if found := _STRONG.search(head):
        return "saw_video", found[0]
    if found := _READ.search(f"{source} {between}"):
        return "read_report", found[0]
    if anonymity == "organisation" and (found := _DOCUMENT.search(source)):
        return "record", found[0]
    if found := _BRIEFED.search(source) or _BRIEFED.search(between):
        return "briefed", found[0].strip()
    if found := _THERE.search(source) or _THERE.search(content):
        return "was_there", found[0]
    if found := _READ.search(head):
        return "read_report", found[0]
    if act == "believes" or (found := _INFERS.search(f"{between} {content}")):
        return "infers", found[0] if found else "belief"
    return "unstated", ""


def rests_on(words: str) -> str:
    """Which artefact the words of a basis name: footage, imagery, a recording; blank where none."""
    low = words.lower()
    for name, stems in (
        ("footage", ("video", "footage", "feed", "film", "tape", "recording", "frames", "crew had")),
        ("imagery", ("image", "imagery", "photo", "picture", "radar")),
        ("report", ("report", "file", "memo", "document", "summary", "assessment", "intercept", "log")),
    ):
        if any(s in low for s in stems):
            return name
    return ""
