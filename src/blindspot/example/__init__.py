"""Does the tool find what was so? A whole case folder of an invented incident, with known truth, from one seed.

Method: the incident happens first (`happening`): a town with compounds (`town`), families and their day (`homes`), flights (`flying`), a
camera and whom it notices (`looking`), cars and how long one can be followed (`driving`), what was said (`telling`), who died
and who recorded it (`losses`), readers who count people in stills (`counting`). Then it is written down as a reviewer could know it, every number as a range (`folder`, `sheets`,
`wording`, `film`), and the truth beside it in a file that no stage reads (`truth`). No code of a method is used, so that the methods can be
held to it. docs/methods/world.md has the equations and limits.
"""

from blindspot.example.making import new_example
from blindspot.example.options import WAYS, Options

__all__ = ["WAYS", "Options", "new_example"]
