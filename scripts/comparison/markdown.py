"""The comparison as Markdown tables."""

from comparison.report import caption, cells, circumstances, heading


def markdown(found):
    parts = []
    for section in found["collections"]:
        columns = heading(found)
        ruler = ["---"] + ["---:"] * (len(columns) - 1)
        rows = [columns, ruler, *(cells(row, found) for row in section["systems"])]
        parts.append(f"**{section['name']}**: {caption(section, found)}.\n\n"
                     + "".join("| " + " | ".join(row) + " |\n" for row in rows))
    return "\n".join([*parts, circumstances(found) + "\n"])
