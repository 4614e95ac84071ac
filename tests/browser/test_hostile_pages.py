"""Titles, names, remarks and addresses that attack the page that shows them: on every page they are text.

Each value goes through ingest, and into the database past it: the pages are proved by themselves. Every page is opened
with its Content-Security-Policy and without: neither leans on the other.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from kg.filters import BY
from kg.refresh import Options, refresh
from tests.conftest import open_library
from tests.replica import Replica
from tests.replica.records import records

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
PWN = "window.pwned=1"
ATTACKS = [
    f"<script>{PWN}</script>",
    f"</title><script>{PWN}</script>",
    f'"><img src=x onerror={PWN}>',
    f"'><svg/onload={PWN}>",
    f"' autofocus onfocus={PWN} x='",
    f"--></script></style></textarea></select></svg></math><script>{PWN}</script>",
    f"<iframe srcdoc='<script>parent.{PWN}</script>'></iframe>",
    "<base href=//evil.invalid><meta http-equiv=refresh content=0;url=//evil.invalid><link rel=stylesheet href=//evil.invalid>",
    f"javascript:{PWN}",
    f"data:text/html,<script>{PWN}</script>",
    "{{7*7}}{%for x in y%}${7*7}#{7*7}",
    f"&lt;script&gt;{PWN}&lt;/script&gt;&#60;img src=x onerror={PWN}&#62;",
    "\u202eesrever\u2066\u2067isolated\u200e\u200f\u061c never closed",
    "hid\u200bden\u2060\ufeff\u00ad marks\u0000\u0007\u001b[31m\u009f\u2028\u2029",
    "zalgo" + "\u0301\u0336" * 400,
    f"$\\text{{<svg/onload={PWN}>}}$ $\\href{{javascript:{PWN}}}{{x}}$ $\\style{{position:fixed}}{{x}}$ $\\unicode{{x202e}}$",
    "$" + "\\frac{" * 400 + "x" + "}{y}" * 400 + "$",
    f"\\href{{javascript:{PWN}}}{{x}} \\url{{javascript:{PWN}}} \\emph{{<img src=x onerror={PWN}>",
    f"[[<img src=x onerror={PWN}>]] [[[[ ]]",
    "]]><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
    "שלום (2018) مرحبا",
    "wide" * 500,
    "`x` “quotes” ‘of’ \"all\" 'kinds' «»",
]
LONG = ["a wide net " * 9_100, "$x$ \\emph{<b>} " * 7_000, "W" * 100_000]
IDS = [f"2001.{number:05}" for number in range(1, len(ATTACKS) + len(LONG) + 1)]
TITLES = [f"Wide {attack}" for attack in ATTACKS] + [f"Wide {text}"[:100_000] for text in LONG]
XML_REFUSES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

# What the templates, the code beside them and `prose` may make: all else on a page came from the data.
SOURCES = [
    *(ROOT / "webapp/templates").glob("*"),
    *(ROOT / "webapp").rglob("*.py"),
    *(ROOT / "webapp/static").glob("*.js"),
]
MADE_BY = "".join(path.read_text(encoding="utf-8") for path in SOURCES)
TAGS = (
    {tag.lower() for tag in re.findall(r"<([a-zA-Z][\w]*)", MADE_BY)}
    | set("tbody math mfrac mn mo mi mover mroot mrow mspace msqrt mstyle msub msubsup msup".split())
    | set("mtable mtd mtext mtr munder munderover em strong code sup sub bdi mark".split())
)

CHECK = r"""tags => {
  const wrong = [];
  for (const one of document.querySelectorAll("*")) {
    const name = one.localName.toLowerCase();
    if (!tags.includes(name) || ["img", "iframe", "object", "embed", "base", "style"].includes(name)) wrong.push(one.outerHTML.slice(0, 200));
    if (name === "script" && (new URL(one.src).origin !== location.origin || one.textContent)) wrong.push(one.outerHTML.slice(0, 200));
    if (name === "meta" && one.httpEquiv) wrong.push(one.outerHTML);
    for (const { name: key, value } of one.attributes) {
      if (key === "style" && /^--k: [\d.]+;$/.test(value)) continue; // the map's own script sets how near one is
      if (/^on|^style$|^srcdoc$|["'<>{}]/i.test(key)) wrong.push(`${name} ${key}=${value.slice(0, 100)}`);
      if (/^(href|src|action|formaction|xlink:href|data)$/i.test(key) && !/^https?:$/.test(new URL(value, location).protocol)) wrong.push(`${name} ${key}=${value.slice(0, 100)}`);
    }
  }
  if (window.pwned !== undefined) wrong.push("a script of the data ran");
  const hidden = document.documentElement.outerHTML.match(/[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\u200b\u2060\ufeff]/);
  if (hidden) wrong.push(`U+${hidden[0].charCodeAt(0).toString(16)} near ${document.documentElement.outerHTML.slice(Math.max(0, hidden.index - 100), hidden.index + 40)}`);
  const width = document.documentElement.scrollWidth;
  if (width > innerWidth) {
    const widest = [...document.querySelectorAll("main *, header *")].filter(one => one.getBoundingClientRect().right > innerWidth + 1);
    wrong.push(`${width} px wide: ` + widest.slice(0, 3).map(one => one.outerHTML.slice(0, 120)).join(" | "));
  }
  return wrong;
}"""


def hostile_records() -> list[dict[str, Any]]:
    return [
        {
            "id": id_,
            "title": XML_REFUSES.sub("", title),
            "authors": [XML_REFUSES.sub("", f"Ann {attack}")[:300], "Carl Dee"],
            "abstract": XML_REFUSES.sub("", f"An abstract of wide nets {attack} and more.") * 3,
            "categories": ["cs.LG"],
            "published": f"20{10 + number % 10}-01-02",
            "comment": XML_REFUSES.sub("", f"withdrawn? {attack}"),
            "journal_ref": XML_REFUSES.sub("", f"J. {attack}"),
            "doi": "10.1000/x",
            "references": [IDS[(number + 1) % len(IDS)], IDS[(number + 2) % len(IDS)]],
        }
        for number, (id_, title, attack) in enumerate(zip(IDS, TITLES, ATTACKS + ATTACKS[: len(LONG)], strict=True))
    ]


def hostile_list() -> str:
    lines = [f"# A List {ATTACKS[0]} {ATTACKS[2]} {ATTACKS[12]}", ""]
    for number, (id_, title) in enumerate(zip(IDS, TITLES, strict=True)):
        attack = ATTACKS[number % len(ATTACKS)].replace("\n", " ")
        if number % 4 == 0:
            lines += ["", f"## Part {number} {attack[:200]}", ""]
        if number % 7 != 6:
            lines.append(f"- [{title[:400]}](https://arxiv.org/abs/{id_}) by {attack[:200]}: worth it, {attack[:300]}")
    lines += ["", f"- [A Paper Nobody Knows {ATTACKS[0]}](javascript:{PWN}). Ann Bee. ICML 2019."]
    lines += [f'- [Another One of Wide Nets](https://example.org/"onmouseover={PWN}). Ann Bee. ICML 2018. {ATTACKS[1]}']
    return "\n".join(lines)


def poison(database: Path) -> None:
    """Write what ingest might have cleaned over what it stored."""
    with closing(sqlite3.connect(database)) as db, db:
        numbers = [number for (number,) in db.execute("SELECT number FROM papers ORDER BY number")]
        for place, number in enumerate(numbers):
            attack, title = ATTACKS[place % len(ATTACKS)], TITLES[place % len(TITLES)]
            db.execute(
                "UPDATE papers SET title = ?, abstract = ?, comment = ?, journal_ref = ?, doi = ?, url = ?, pdf_url = ?,"
                " metadata_source = ?, fts_stale = 1 WHERE number = ?",
                (title, f"{attack} wide " * 3, attack, attack, f"10.1/{attack}", f"javascript:{PWN}//{attack}",
                 f"data:text/html,{attack}", f"arxiv {attack}"[:90], number),
            )  # fmt: skip
            db.execute("UPDATE paper_authors SET name = ? WHERE paper = ? AND position = 0", (attack, number))
            db.execute("UPDATE paper_categories SET category = ? WHERE paper = ?", (attack[:200], number))
        for place, (id_,) in enumerate(db.execute("SELECT id FROM mentions").fetchall()):
            attack = ATTACKS[place % len(ATTACKS)]
            urls, section = [f"javascript:{PWN}", f"data:text/html,{attack}"], ["A " + attack[:300], attack[:300]]
            db.execute(
                "UPDATE mentions SET section = ?, title = ?, link_text = ?, urls = ?, authors = ?, venue = ?, remark = ? WHERE id = ?",
                (json.dumps(section), attack, attack, json.dumps(urls), json.dumps([attack]), attack, attack * 2, id_),
            )
        for place, (id_,) in enumerate(db.execute("SELECT id FROM authors").fetchall()):
            db.execute("UPDATE authors SET name = ? WHERE id = ?", (ATTACKS[place % len(ATTACKS)], id_))
        db.execute("UPDATE documents SET title = ?", (" ".join(ATTACKS[:13]),))


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    name = "<img src=x onerror=window.pwned=1> 'list'.md"
    (folder / name).write_text(hostile_list(), encoding="utf-8", errors="replace")
    with Replica(records(hostile_records())) as server:
        library = open_library(folder / "data", server.arxiv_url)
        refresh(library, Options((str(folder / name),)), lambda *_: None, lambda _: None)
        library.close()
    return folder / "data"


@pytest.fixture(scope="module")
def poisoned(ingested: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("poisoned") / "data"
    shutil.copytree(ingested, data)
    poison(data / "kg.db")
    library = open_library(data)
    refresh(library, Options(offline=True, full=True), lambda *_: None, lambda _: None)
    library.close()
    return data


@contextmanager
def served(data: Path) -> Iterator[str]:
    for vectors in data.glob("vectors*"):
        shutil.rmtree(vectors) if vectors.is_dir() else vectors.unlink()
    command = [sys.executable, "-m", "kg", "serve", "--port", "0", "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1].rstrip("/")
        process.terminate()


@pytest.fixture(scope="module", params=["ingested", "poisoned"])
def hostile(request: pytest.FixtureRequest) -> Iterator[tuple[str, Path]]:
    """The address of a server, and the data that it serves."""
    data = request.getfixturevalue(request.param)
    with served(data) as address:
        yield address, data


def addresses(data: Path) -> list[str]:
    """A page of each kind for each attack: the pages to come are added here."""
    library = open_library(data)
    papers = [paper.id for paper in library.newest(100)]
    topics = [topic.id for topic in library.topics()][:6]
    lists = [found.id for found in library.lists()]
    authors = [author.id for paper in library.newest(100) for author in paper.authors][:6]
    library.close()
    some = papers[:3]
    return [
        "/",
        "/?q=wide",
        "/?q=wide&mode=keyword&sort=newest",
        *(f"/?{urlencode({'q': attack[:500]})}" for attack in ATTACKS),
        f"/?{urlencode({'q': 'wide', 'cat': ATTACKS[2], 'author': ATTACKS[0], 'venue': ATTACKS[4]})}",
        *(f"/paper/{quote(paper)}" for paper in papers),
        *(f"/paper/{quote(some[0])}?by={way}" for way in BY),
        *(f"/author/{quote(author, safe='')}" for author in authors),
        *(f"/topic/{quote(topic, safe='')}" for topic in topics),
        *(f"/list/{quote(found, safe='')}" for found in lists),
        *(f"/gaps?list={quote(found, safe='')}" for found in lists),
        "/gaps",
        "/new",
        "/new?run=1",
        "/graph",
        "/graph?q=wide",
        "/related",
        f"/related?{urlencode({'text': ' '.join(ATTACKS)[:3000]})}",
        f"/related?{urlencode([('paper', paper) for paper in some])}",
        f"/papers?{urlencode([('id', paper) for paper in some])}",
        f"/papers?{urlencode([('id', attack) for attack in ATTACKS[:6]])}",
    ]


@contextmanager
def watched(browser: Browser, site: str, with_policy: bool) -> Iterator[tuple[Page, list[str]]]:
    """A page on a phone, and what happened on it that should not have."""
    context = browser.new_context(base_url=site, viewport={"width": 390, "height": 800})
    wrong: list[str] = []
    page = context.new_page()

    def dismissed(dialog: Any) -> None:
        wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def without_policy(route: Route) -> None:
        if route.request.resource_type not in {"document", "fetch"}:
            return route.continue_()
        answer = route.fetch(max_redirects=0)
        headers = {name: value for name, value in answer.headers.items() if name != "content-security-policy"}
        assert len(headers) < len(answer.headers)
        return route.fulfill(status=answer.status, headers=headers, body=answer.body())

    page.on("dialog", dismissed)
    page.on("console", lambda message: wrong.append(f"console: {message.text[:300]}"))
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"[:300]))
    page.on(
        "request", lambda asked: None if asked.url.startswith(site) else wrong.append(f"request: {asked.url[:200]}")
    )
    if not with_policy:
        context.route(f"{site}/**", without_policy)
    yield page, wrong
    context.unroute_all(behavior="ignoreErrors")
    context.close()


@pytest.mark.parametrize("with_policy", [True, False], ids=["policy", "no policy"])
def test_every_page_shows_attacks_as_text(browser: Browser, hostile: tuple[str, Path], with_policy: bool) -> None:
    site, data = hostile
    if not with_policy and data.parent.name.startswith("hostile"):
        pytest.skip("what ingest leaves of the attacks is among those that are written past it")
    found: dict[str, list[str]] = {}
    visited = addresses(data)[:: 3 if with_policy else 1]  # with the policy on, every third says whether it is offended
    with watched(browser, site, with_policy) as (page, wrong):
        for path in visited:
            answer = page.goto(path, timeout=90_000)
            assert answer is not None
            known = [f"status {answer.status}"] if answer.status != 200 else []
            known += page.evaluate(CHECK, sorted(TAGS))
            if wrong or known:
                found[path[:200]] = [*wrong, *known]
                wrong.clear()
    assert not found, json.dumps(found, indent=1)


def test_pages_of_what_is_not_there(browser: Browser, poisoned: Path) -> None:
    with served(poisoned) as site, watched(browser, site, with_policy=False) as (page, wrong):
        kinds = ("paper", "author", "topic", "list")
        for number, attack in enumerate(ATTACKS):
            for kind in (kinds[number % 4], kinds[(number + 1) % 4]):
                answer = page.goto(f"/{kind}/{quote(attack[:300], safe='')}")
                assert answer is not None
                assert answer.status in {400, 404}
                assert page.evaluate(CHECK, sorted(TAGS)) == []
    assert [line for line in wrong if "the server responded with a status of 4" not in line] == []


def test_a_hostile_title_can_be_read(browser: Browser, poisoned: Path) -> None:
    library = open_library(poisoned)
    ids = {paper.title: paper.id for paper in library.newest(100)}
    library.close()
    with served(poisoned) as site, watched(browser, site, with_policy=False) as (page, wrong):
        for title in (TITLES[0], TITLES[1], TITLES[2], TITLES[10]):
            page.goto(f"/paper/{quote(ids[title])}")
            expect(page.get_by_role("heading", level=1)).to_have_text(title)
            expect(page).to_have_title(re.compile(re.escape(title)))
    assert wrong == []


def test_searching_as_one_types_shows_attacks_as_text(browser: Browser, hostile: tuple[str, Path]) -> None:
    site, _ = hostile
    with watched(browser, site, with_policy=False) as (page, wrong):
        page.goto("/")
        page.get_by_role("searchbox").press_sequentially(f"wide <img src=x onerror={PWN}>", delay=10)
        expect(page).to_have_url(re.compile("q=wide"))
        page.wait_for_timeout(500)
        assert page.evaluate(CHECK, sorted(TAGS)) == []
    assert wrong == []


def test_twins_answer(browser: Browser, hostile: tuple[str, Path]) -> None:
    site, data = hostile
    library = open_library(data)
    papers = [paper.id for paper in library.newest(100)]
    lists = [found.id for found in library.lists()]
    library.close()
    context = browser.new_context(base_url=site)
    twins = [f"/paper/{quote(paper)}.{kind}" for paper in papers for kind in ("json", "bib")]
    twins += [f"/list/{quote(found)}.{kind}" for found in lists for kind in ("json", "bib")]
    twins += [
        "/search.json?q=wide",
        "/search.bib?q=wide",
        "/new.json",
        "/new.bib",
        "/new.atom",
        "/gaps.json",
        "/graph.json",
        "/graph.svg",
    ]
    for path in twins:
        answer = context.request.get(path)
        assert answer.status == 200, path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "text/html" not in answer.headers["content-type"]
        if path.endswith((".atom", ".svg")):
            ElementTree.fromstring(answer.body())
        elif ".json" in path:
            answer.json()
    context.close()
