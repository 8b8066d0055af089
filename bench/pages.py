"""Parts of one page that are written by different commands: each replaces its own, between two marks."""

from blindspot.case.store import write_text


def put(path, name, text):
    """Replace the part `name` of a page, or add it at the end."""
    begin, end = f"<!-- {name}: written by its command, changes are lost -->", f"<!-- end of {name} -->"
    page = path.read_text(encoding="utf-8") if path.exists() else ""
    part = f"{begin}\n{text.strip()}\n{end}\n"
    if begin in page:
        before, _, rest = page.partition(begin)
        page = before + part + rest.partition(end)[2].lstrip("\n")
    else:
        page = f"{page.rstrip()}\n\n{part}" if page.strip() else part
    write_text(path, page)
