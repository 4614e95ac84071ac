"""What services answer: the real clients, handed an answer in place of the network."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import urlencode

import requests
from requests.adapters import BaseAdapter

from ingest.services.asking import Asker
from ingest.services.feed import ArxivFeed
from ingest.services.oai import OaiPmh
from ingest.services.openalex import OpenAlex, bibliography
from ingest.services.pace import Pace
from ingest.services.semantic_scholar import SemanticScholar, _bibliography
from kg.errors import ServiceError
from kg.papers import Metadata
from kg.store.prepared import Prepared
from tests.examples import PAPERS
from tests.fuzzing.invariants import storable, typed
from tests.fuzzing.targets import Target, words
from tests.replica import legacy, oai, openalex, query_api, semantic_scholar
from tests.replica.asked import asked
from tests.replica.records import records
from tests.replica.world import World

_AT = "2026-11-21T00:00:00+00:00"
_IDS = [paper["id"] for paper in PAPERS]
_DECLARED = (ServiceError,)
_XML = words(
    "<entry> </entry> <title> </title> <author><name> </name></author> <updated> <published> </published> 2018-06-20T00:00:00Z",
    "<id>http://arxiv.org/abs/ </id> <summary> <arxiv:comment> <arxiv:doi> <link␣ <category␣term='cs.LG'/> totalResults itemsPerPage",
    "<!DOCTYPE␣x␣[<!ENTITY␣a␣'b'>]> &a; &#0; &#xd800; <![CDATA[ ]]> <!-- --> <?xml␣version='1.0'␣encoding='utf-16'?> </feed>",
    "xmlns='x' <record> <metadata> <version␣version='v1'> <date> </date> <resumptionToken> <error␣code='badArgument'> </OAI-PMH>",
    "Tue,␣01␣Jan␣2019␣12:00:00␣GMT +9999 9999-12-31T23:59:59Z 0000-00-00 1 </id> <arXivRaw␣xmlns='http://arxiv.org/OAI/arXivRaw/'>",
    "http://arxiv.org/api/errors <arxiv:primary_category/> <deleted␣status='deleted'> <feed <OAI-PMH <x␣a='' />",
)
_JSON = words(
    '{ } [ ] , : null true 1e999 "title" "year": "externalIds":{"ArXiv":"1806.07572"} "DOI" "authors":[{"name":"A"}] "\\ud800" "\\u0000"',
    '"references" "paperId" "publicationDate":"2018-06-20" "data" "results" "doi" "locations":[{"landing_page_url": "referenced_works":[',
    '"id":"https://openalex.org/W1" "publication_year": "referenceCount" "message" "error" -1 NaN "next"',
)


class _Answers(BaseAdapter):
    """Answers every request with what it was told, after how the answer begins: by a status, or as a success."""

    def __init__(self) -> None:
        super().__init__()
        self.body = b""

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        answer = requests.Response()
        answer.status_code, answer.request, answer.url = 200, request, request.url or ""
        answer._content = self.body
        head, line_end, rest = self.body.partition(b"\n")
        if head.startswith(b"HTTP ") and line_end:
            answer._content = rest
            _head(answer, head.decode("latin-1").split(" ", 2)[1:])
        return answer

    def close(self) -> None:
        """Nothing is open."""


def _head(answer: requests.Response, said: list[str]) -> None:
    """`429 120`: a status and when to ask again, or where to go."""
    answer.status_code = int(said[0]) if said[0] in {"301", "400", "403", "404", "429", "500", "503"} else 200
    if len(said) > 1:
        answer.headers["Location" if answer.status_code == 301 else "Retry-After"] = said[1]


def _asker() -> Asker:
    return Asker("the service", Pace(0.0), sleep=lambda _: None)


def _with(answers: _Answers, session: requests.Session) -> None:
    session.mount("http://", answers)
    session.mount("https://", answers)


def _stored(record: Metadata) -> Metadata:
    storable(tuple(Prepared.of(typed(record))))
    return record


def _feed() -> Callable[[bytes], object]:
    answers, feed = _Answers(), ArxivFeed("http://127.0.0.1:9/api/query", _asker())
    _with(answers, feed._client._session)

    def work(data: bytes) -> object:
        answers.body = data
        feed._move("http://127.0.0.1:9/api/query")
        found, refused = feed.papers(_IDS, _AT)
        return [_stored(record) for record in found], refused

    return work


def _oai() -> Callable[[bytes], object]:
    answers, service = _Answers(), OaiPmh("http://127.0.0.1:9/oai", _asker())
    _with(answers, service._web._session)

    def work(data: bytes) -> object:
        answers.body = data
        page = service.page("cs", "2018-01-01", None, _AT)
        storable((page.token, page.day))
        return [_stored(record) for record in page.records]

    return work


def _semantic_scholar() -> Callable[[bytes], object]:
    answers = _Answers()

    def work(data: bytes) -> object:
        service = SemanticScholar("http://127.0.0.1:9/graph/v1", _asker())
        _with(answers, service._web._session)
        answers.body = data
        if data.lstrip()[:1] == b"{":
            found = [service.match("wide nets", _AT), _bibliography(service._paged("x"))]  # pages, of a paper alone
            return [typed(one) for one in found if one]
        names = ["x"] * len(_IDS)
        return [typed(one) for one in [*service.papers(names, _AT), *service.references(names)] if one]

    return work


def _openalex() -> Callable[[bytes], object]:
    answers, service = _Answers(), OpenAlex("http://127.0.0.1:9/openalex", _asker())
    _with(answers, service._web._session)

    def work(data: bytes) -> object:
        answers.body = data
        cited = service.cited_by({"10.48550/arxiv.1806.07572": "1806.07572", "10.1073/pnas.1903070116": ""})
        storable(cited)
        described = [typed(work) for work in service.described(["openalex:w1"])]
        return [typed(bibliography(names, described)) for names in cited.values()]

    return work


def _world() -> World:
    cited = {"1806.07572": ["1811.03962", {"title": "Nets", "year": 2011}, {"title": "Trees", "doi": "10.1000/x"}]}
    return World(records({**paper, "references": cited.get(paper["id"], [])} for paper in PAPERS))


def _xml_seeds() -> tuple[bytes, ...]:
    address = "/api/query?" + urlencode({"id_list": ",".join(_IDS), "max_results": 100})
    question, rows = asked("GET", address, {}, b""), records(PAPERS)
    old = legacy.feed("x", [(rows[4], 1), None], 2, 0, 100)
    broken = asked("GET", "/api/query?id_list=x", {}, b"")
    return (query_api.answer(_world(), question).body, old, query_api.answer(_world(), broken).body, b"HTTP 503 120\nx")


def _oai_seeds() -> tuple[bytes, ...]:
    listed = "verb=ListRecords&metadataPrefix=arXivRaw&set=cs"
    addresses = (
        f"/oai?{listed}",
        "/oai?verb=GetRecord&metadataPrefix=arXivRaw&identifier=oai:arXiv.org:1806.07572",
        "/oai?verb=x",
    )
    answers = (oai.answer(_world(), asked("GET", address, {}, b"")).body for address in addresses)
    return (*answers, b"HTTP 503 Fri, 27 Nov 2026 10:00:00 GMT\nx")


def _s2_seeds() -> tuple[bytes, ...]:
    sent = json.dumps({"ids": [f"ARXIV:{id_}" for id_ in _IDS]}).encode()
    bodies = []
    for fields in (
        "externalIds,title,abstract,year,publicationDate,authors,journal",
        "referenceCount,references.title,references.year",
    ):
        bodies.append(
            semantic_scholar.answer(_world(), asked("POST", f"/graph/v1/paper/batch?fields={fields}", {}, sent)).body
        )
    match = asked(
        "GET", "/graph/v1/paper/search/match?query=wide+nets+and+kernels&fields=title,year,externalIds", {}, b""
    )
    return (*bodies, semantic_scholar.answer(_world(), match).body)


def _openalex_seeds() -> tuple[bytes, ...]:
    address = "/openalex/works?filter=doi:10.48550/arxiv.1806.07572|10.1073/pnas.1903070116&per_page=100"
    return (openalex.answer(_world(), asked("GET", address, {}, b"")).body,)


TARGETS = [
    Target("atom", _feed(), _xml_seeds(), _XML, _DECLARED, 20),
    Target("oai", _oai(), _oai_seeds(), _XML, _DECLARED, 20),
    Target("s2", _semantic_scholar(), _s2_seeds(), _JSON, _DECLARED, 20, tree=True),
    Target("openalex", _openalex(), _openalex_seeds(), _JSON, _DECLARED, 20, tree=True),
]
