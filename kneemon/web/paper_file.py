# SPDX-License-Identifier: MIT
"""The report as one HTML file: needs no server, no other file and no script; made to be printed."""

from kneemon.app.report_sheet import Sheet
from kneemon.language import Language
from kneemon.web.templating import Templates


def html_file(made: Sheet, language: Language) -> str:
    templates = Templates()
    styles = templates.files["print.css"].content.decode()
    return templates.draw(
        "report_file.html", {"sheet": made, "styles": styles, "_": language.say, "language": language}
    )
