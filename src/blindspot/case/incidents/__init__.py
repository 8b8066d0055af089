"""What does a folder of past incidents hold, rated by the codebook alone?

Method: an incident folder (`incident.toml`, `sources.csv`, `origins.csv`, `claims.csv`) is read with every problem at
file:row:column (`reading`); the tables of docs/codebook.md turn what each row says of its source and its basis into ranges,
without a look at any finding and at no row that became public later (`kinds`, `coding`); what comes out is an ordinary case,
in memory or as a folder (`writing`). `corpus` reads a folder of such incidents, of cases, or of both.
Reference: docs/codebook.md, docs/corpus.md.
"""

from blindspot.case.incidents.coding import code
from blindspot.case.incidents.corpus import Corpus, LeftOut, read_corpus
from blindspot.case.incidents.model import Incident
from blindspot.case.incidents.reading import read_incident
from blindspot.case.incidents.writing import write_case

__all__ = ["Corpus", "Incident", "LeftOut", "code", "read_corpus", "read_incident", "write_case"]
