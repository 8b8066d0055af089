"""Which texts are there, in which language and encoding, sentence by sentence?"""

from blindspot.measure.statements.reading.files import read_folder, read_text
from blindspot.measure.statements.reading.sentences import Sentence, Token, sentences

__all__ = ["Sentence", "Token", "read_folder", "read_text", "sentences"]
