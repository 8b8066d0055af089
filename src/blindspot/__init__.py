"""What was seen, what could not have been seen, what follows, and who says so.

Start with `open_case(folder)`; `blindspot.stages` lists what can be asked of a case.
"""

__all__: list[str] = []
