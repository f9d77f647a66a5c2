"""Copy the first sentence of every room's docstring into ARCHITECTURE.md, top of the ladder first."""

import ast
import configparser
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "ARCHITECTURE.md"
MARKS = ("<!-- rooms: written by scripts/rooms.py -->\n", "<!-- end of rooms -->\n")


def ladder() -> list[str]:
    """Rooms as the import contract lists them."""
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter", encoding="utf-8")
    return re.findall(r"\w+", config["importlinter:contract:ladder"]["layers"])


def sentence(page: Path) -> str:
    """The first sentence of a room's docstring, on one line."""
    docstring = ast.get_docstring(ast.parse(page.read_text(encoding="utf-8"))) or ""
    return re.split(r"(?<=\.)\s", docstring, maxsplit=1)[0].replace("\n", " ")


def main() -> None:
    """Rewrite what stands between the two marks."""
    pages = {room: ROOT / "src" / "tomking" / room / "__init__.py" for room in ladder()}
    lines = [f"**`{room}`** {sentence(page)}\n" for room, page in pages.items() if page.exists()]
    before, rest = PAGE.read_text(encoding="utf-8").split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    PAGE.write_text(before + MARKS[0] + "\n".join(lines) + MARKS[1] + after, encoding="utf-8")


if __name__ == "__main__":
    main()
