"""What is in the case folder, is it right, and what in it is fresh?

Method: each file is read into pydantic rows (`rows`), every problem is kept with its file:row:column (`reading`),
rows are checked against one another (`crosscheck`), words become cited ranges (`scales`), and files are hashed so
that a result is made again only when what it was made from has changed (`store`).
Reference: Berkeley Protocol on Digital Open Source Investigations (2022), on records of origin and handling.
"""

from blindspot.case.model import OTHER, Case
from blindspot.case.opening import open_case

__all__ = ["OTHER", "Case", "open_case"]
