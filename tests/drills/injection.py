"""This file drills injection: what people can type or import has scripts and formulas in it, and no page runs or hands on any."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser, Dialog, Page, sync_playwright

from tests.drills import sites
from tests.drills.canaries import FORMULAS, TEXTS, is_formula, poisoned
from tests.drills.drill import Drill, say
from tests.drills.mutants import Mutant

# As it was typed, a text begins a tag or ends an attribute; a template that was run has computed 7 x 191.
RAW = re.compile(r"<script>window|<img src=x|<svg onload|\"onerror=\"window|1337")
RUN = """() => [
    ...(window.canary ? ['a script was run'] : []),
    ...[...document.querySelectorAll('[href], [src], [action], [formaction]')]
        .flatMap(each => ['href', 'src', 'action', 'formaction'].map(name => each.getAttribute(name) || ''))
        .filter(each => /^\\s*javascript:/i.test(each)),
]"""
ONE = (
    "/accounts/{id}", "/changed/{id}", "/timeline/{id}", "/contacts/{id}", "/contracts/{id}", "/usage/{id}", "/log/{id}", "/pins/{id}",
    "/facts/{id}?measure=usage",
)  # fmt: skip
ALL = (
    "/book", "/portfolio", "/portfolio?sort=name", "/portfolio/drops", "/people", "/audit", "/data", "/tokens", "/me", "/search?q=a",
)  # fmt: skip
FILTERS = (
    "/portfolio?q={x}", "/portfolio?owner={x}", "/portfolio?band={x}", "/portfolio?segment={x}", "/portfolio?sort={x}", "/portfolio?page={x}",
    "/portfolio/drops?owner={x}", "/search?q={x}", "/search?q=a&page={x}", "/book?of={x}", "/accounts/{x}", "/accounts/A-101?at={x}",
    "/facts/A-101?measure={x}", "/changed/A-101?from={x}", "/changed/A-101?to={x}", "/timeline/A-101?kind={x}", "/usage/A-101?feature={x}",
    "/audit?who={x}", "/audit?verb={x}", "/audit?object={x}", "/audit?since={x}", "/me/login/?next={x}", "/sign-in/{x}", "/{x}",
)  # fmt: skip
MUTANTS = (
    Mutant("not-escaped", "keepwell.charts.svg", "element", "else _escaped(each)", "else each"),
    Mutant(
        "templates-escape-nothing", "keepwell.app.page_settings", "values", "**PAGES,",
        "**PAGES | {'TEMPLATES': [each | {'OPTIONS': each['OPTIONS'] | {'autoescape': False}} for each in PAGES['TEMPLATES']]},",
    ),
    Mutant("formulas-exported", "keepwell.facts.export_files", "write", 'if ending == ".csv"', 'if ending == ".xlsx"'),
)  # fmt: skip


def tried(folder: Path, cases: int) -> Iterator[list[str]]:
    """Plant all texts in one company, then open every page and filter with so many of them in a browser, and read every export."""
    with sites.served(poisoned(folder / "starter")) as site:
        reader = sites.Reader(site)
        reader.enter()
        for nth, text in enumerate(TEXTS):
            _type(reader, nth, text)
        yield _exported(reader)
        seen = _Seen()
        yield from _looked(seen, reader, TEXTS[:cases])
    say(
        f"injection: {len(TEXTS[:cases])} texts, {seen.opened} pages opened in a browser, {seen.shown} of them with a text on them, "
        f"{seen.run} executions"
    )
    # Were nothing of it shown, nothing would have been tried.
    yield [] if seen.shown > seen.opened / 4 else ["hardly any page shows what was planted"]


def _looked(seen: _Seen, reader: sites.Reader, texts: tuple[str, ...]) -> list[list[str]]:
    """Open every page in a browser, which is closed before anybody hears what was on them."""
    found = []
    with _browser(reader) as page:
        page.on("dialog", seen.dialog)
        found.append(
            [wrong for address in ALL for wrong in seen.open(page, reader.site.url, address)]
        )
        for nth, text in enumerate(texts):
            ids = (f"A-{101 + nth}", quote(quote(text, safe=""), safe="").replace(".", "%2E"))
            addresses = [each.format(id=one) for one in ids for each in ONE]
            addresses += [each.format(x=quote(text, safe="")) for each in FILTERS]
            found.append(
                [wrong for each in addresses for wrong in seen.open(page, reader.site.url, each)]
            )
    return found


def _type(reader: sites.Reader, nth: int, text: str) -> None:
    """Type a text into the fields of every form."""
    account = f"A-{101 + nth}"
    _, form = reader.read(f"/accounts/{account}")
    sent = (
        (f"/override/{account}", {"score": str(nth), "because": text, "until": "2099-01-01"}),
        (f"/pulse/{account}", {"pulse": "red", "note": text, "reason": text, "id": f"drill-{nth}"}),
        (f"/log/{account}", {"kind": "call", "status": "held", "note": text, "when": "", "id": f"touch-{nth}"}),
        ("/portfolio/views", {"name": text, "query": f"q={quote(text)}"}),
        ("/people/invite", {"email": f"drill{nth}@harbour.example", "name": text, "role": "csm", "team": text, "owner": text}),
        ("/tokens/make", {"name": text, "scope": "read accounts", "days": "90"}),
        ("/me/name/", {"name": text}),
    )  # fmt: skip
    for address, given in sent:
        status, page = reader.send(address, form, **given)
        # What is kept must be kept; a name that is none may be told so.
        assert status < 500, f"{address} was answered {status}: {page[-300:]}"


def _exported(reader: sites.Reader) -> list[str]:
    """Read every file that is handed out as CSV; none hands out Excel."""
    site, wrong, texts = reader.site, [], []
    status, listed = reader.read("/portfolio.csv")
    files = {"/portfolio.csv": listed}
    wrong += [] if status == 200 else [f"/portfolio.csv was answered {status}"]
    for what in ("scores", "measures", "facts"):
        path = site.folder / f"{what}.csv"
        sites.typed(site.folder, "export", what, "--out", path.name)
        files[path.name] = path.read_text(encoding="utf-8")
    for path in (site.folder / "data" / "rejects").rglob("*.csv"):
        files[path.name] = path.read_text(encoding="utf-8")
    cells = 0
    for name, text in files.items():
        for row in csv.reader(io.StringIO(text)):
            cells += len(row)
            texts += row
            wrong += [f"{name}: a cell is a formula: {cell!r}" for cell in row if is_formula(cell)]
    say(f"injection: {cells} cells of {len(files)} CSV files, {len(wrong)} formulas")
    for formula in FORMULAS:
        if not any(formula.strip() in cell for cell in texts):
            wrong.append(f"no file has {formula!r}, so nothing was tried")
    return wrong


class _Seen:
    """What was on the pages that a browser opened."""

    def __init__(self) -> None:
        self.opened = self.shown = self.run = 0
        self.dialogs: list[str] = []

    def dialog(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def open(self, page: Page, url: str, address: str) -> list[str]:
        self.dialogs.clear()
        answer = page.goto(url + address)
        assert answer is not None
        text = answer.text()
        self.opened += 1
        self.shown += any(text_of in text for text_of in ("window.canary", "alert(1)", "7*191", "now &#x27;Y&#x27;", "1+1", "SUM(A1)"))  # fmt: skip
        run = [*page.evaluate(RUN), *(f"alert {each}" for each in self.dialogs)]
        self.run += len(run)
        wrong = [f"{address}: {each}" for each in run]
        if answer.status >= 500:
            wrong.append(f"{address} was answered {answer.status}")
        if found := RAW.search(text):
            around = text[max(0, found.start() - 60) : found.end() + 20]
            wrong.append(f"{address} has {found[0]!r} as it was typed: {around!r}")
        return wrong


@contextmanager
def _browser(reader: sites.Reader) -> Iterator[Page]:
    """Open a browser as the reader, without the pages' policy: what is escaped alone must be enough."""
    from tests.browser.conftest import launched

    with sync_playwright() as playwright:
        browser: Browser = launched(playwright)
        context = browser.new_context(bypass_csp=True)
        context.set_default_timeout(90_000)
        context.add_cookies([
            {"name": each.name, "value": each.value or "", "url": reader.site.url} for each in reader.cookies
        ])  # fmt: skip
        try:
            yield context.new_page()
        finally:
            browser.close()


DRILL = Drill("injection", tried, MUTANTS, cases=len(TEXTS), quick_cases=2, mutant_cases=2)

if __name__ == "__main__":
    raise SystemExit(DRILL.main())
