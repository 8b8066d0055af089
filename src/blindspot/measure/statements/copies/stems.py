"""What of a text survives a translation there and back? Its content words, shortened to a stem, and its names and numbers, in order.

A stem is the word without accents, without a common English ending, cut to six letters: inflection and much of the spelling
change on the way, the beginning of a content word seldom does. Words that every text holds weigh nothing; the others weigh by
how much their meeting tells: w = 1 common, 2 plain, 3 long or rare, 4 a name or a number (judgement), and never more than
log2(N / df) of the texts at hand once there are enough of them (N >= 200) to know.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.statements.words import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

_WORD = re.compile(r"\d+(?:[.,:]\d+)*|[\u3400-\u9fff\u3040-\u30ff]|[^\W\d_]+(?:['’][^\W\d_]+)?")
_ENDINGS = tuple(
    sorted(
        words("ations ation ingly ments ment ings ness edly ions ing ion ies ers ed es er ly al s e y"),
        key=lambda e: (-len(e), e),
    )
)
_NOTHING = words(
    "a about above after again against all also although am an and another any are as at be because been "
    "before being below between both but by can cannot could did do does doing down during each either else "
    "ever every few for from further get gets got had has have having he her here hers herself him himself his "
    "how however i if in into is it its itself just least less let like ll made make makes many may me might "
    "more most much must my myself near neither never no nor not now of off often on once one only or other "
    "others our ours out over own per perhaps please put quite rather re said same say saying says she should "
    "since so some somehow still such than that the their theirs them themselves then there therefore these "
    "they this those though through thus to together too toward towards under until up upon us ve very via was "
    "we well were what when where whether which while who whom whose why will with within without would yet "
    "you your yours two three four five six seven eight nine ten first second third told tell according added "
    "adding accord whilst amid among along across around against that's don didn doesn isn wasn couldn wouldn"
)
_COMMON = words(
    "able account action again ago air already always american announced area army asked attack august "
    "authorities away back bad based became become began behind believe best better big bring building called "
    "came car case central change child children city civilian civilians clear close come coming condition "
    "conference continue control could country court covered current daily day days dead death deaths december "
    "decision defence defense described different door early east end enough entire evening event evidence "
    "face fact family far father february fight figure find fire following food force forces foreign forward "
    "found friday friends full general getting give given go going good government great ground group groups "
    "hand happened hard head help high hit home hospital hour hours house human hundred idea important include "
    "including increase information injured inside international issue january job july june keep kept kill "
    "killed killing kind knew know known large last late later law lead leader leaders least leave led left "
    "less life light likely line little live lives local long look looked lost lot low main major man march "
    "matter mean means meeting member members men message military minister minutes moment monday money month "
    "months morning move name nation national need needed new news next night north november number october "
    "off office officer officers official officials old open operation order outside part party past pay peace "
    "people person place plan plans point police political position possible power present president press "
    "pressure problem process public question questions quickly read ready real reason received recent remain "
    "report reported reporters reports response responsible result return right road role room rule run same "
    "saturday saw school sea secretary security see seem seen send sent september serious service set several "
    "short show side sign simply situation small social soldiers something soon source sources south spokesman "
    "spoke staff stand start state statement states still stop story street strike strong sunday support sure "
    "system take taken talk talks team television thing things think thought thousand thursday time times "
    "today told took town troops true try trying tuesday turn united use used view village war water way week "
    "weeks went west white whole wife woman women word words work worked working world wounded year years "
    "yesterday young"
)


@dataclass(frozen=True, slots=True)
class Stems:
    """The stems of a text in order: ids of the vocabulary, prior weights, code-point offsets. All of length n."""

    ids: NDArray[np.int32]
    weights: NDArray[np.float32]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]


@dataclass(slots=True)
class Vocabulary:
    """Stem -> id, shared by all texts that are compared; ids run in the order of first meeting."""

    ids: dict[str, int] = field(default_factory=dict)
    _forms: dict[str, tuple[int, float]] = field(default_factory=dict)

    def stems(self, text: str) -> Stems:
        """The content stems of a text."""
        ids, weights, starts, ends = [], [], [], []
        forms = self._forms
        for m in _WORD.finditer(text):
            form = m[0]
            known = forms.get(form)
            if known is None:
                known = forms[form] = self._learn(form)
            if known[1]:
                ids.append(known[0])
                weights.append(known[1])
                starts.append(m.start())
                ends.append(m.end())
        return Stems(
            np.array(ids, np.int32), np.array(weights, np.float32), np.array(starts, np.int32), np.array(ends, np.int32)
        )

    def _learn(self, form: str) -> tuple[int, float]:
        low = form.lower()
        plain = low.split("'")[0].split("’")[0] if not low[0].isdigit() else low
        if plain in _NOTHING or (len(plain) < 2 and not plain[0].isdigit() and ord(plain[0]) < 0x2E80):
            return 0, 0.0
        key = stem(plain)
        if low[0].isdigit():
            weight = 4.0 if len(key) > 1 else 2.0
        elif form[0].isupper() and plain not in _COMMON:
            weight = 4.0 if len(plain) > 3 else 3.0
        elif plain in _COMMON:
            weight = 1.0
        else:
            weight = 3.0 if len(plain) >= 6 else 2.0
        return self.ids.setdefault(key, len(self.ids)), weight


def stem(word: str) -> str:
    """A lower-case word or number, shortened."""
    if word[0].isdigit():
        return re.sub(r"[.,:](?=\d{3}\b)", "", word).replace(",", ".")
    if not word.isascii():
        word = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            word = word[: -len(ending)]
            break
    if len(word) > 4 and word[-1] == word[-2]:
        word = word[:-1]
    return word[:6]


def weighted(texts: Iterable[Stems], size: int) -> NDArray[np.float32]:
    """What each stem id may weigh at most, by how many of the texts hold it: log2(N / df); no limit below 200 texts."""
    held = list(texts)
    if len(held) < 200:
        return np.full(size, np.inf, np.float32)
    df = np.bincount(np.concatenate([np.unique(t.ids) for t in held]), minlength=size)
    return np.log2(len(held) / np.maximum(df, 1)).astype(np.float32)
