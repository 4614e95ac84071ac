"""The services that describe papers: arXiv's query API and OAI-PMH, Semantic Scholar, OpenAlex."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.services.asking import Asker
from ingest.services.feed import ArxivFeed
from ingest.services.oai import OaiPmh
from ingest.services.openalex import OpenAlex
from ingest.services.pace import Pace
from ingest.services.semantic_scholar import SemanticScholar
from kg.config import ARXIV_MIN_DELAY, Config, is_loopback

_OTHERS_DELAY = 1.0  # seconds: Semantic Scholar's limit with a key, and less than any of OpenAlex's

ARXIV, OAI, SEMANTIC_SCHOLAR, OPENALEX = "arXiv", "arXiv's OAI-PMH", "Semantic Scholar", "OpenAlex"


@dataclass(frozen=True, slots=True)
class Services:
    """All services, each with the one that asks it; arXiv's two keep one pace together."""

    feed: ArxivFeed
    oai: OaiPmh
    semantic_scholar: SemanticScholar
    openalex: OpenAlex
    askers: tuple[Asker, ...]

    @classmethod
    def of(cls, config: Config) -> Services:
        """The services that the settings name."""
        arxiv = Asker(ARXIV, _pace(config, config.arxiv_url, ARXIV_MIN_DELAY, "arxiv"))
        oai = Asker(OAI, _pace(config, config.oai_url, ARXIV_MIN_DELAY, "arxiv"))
        s2 = Asker(SEMANTIC_SCHOLAR, _pace(config, config.s2_url, _OTHERS_DELAY, "semantic-scholar"), key="KG_S2_KEY")
        openalex = Asker(OPENALEX, _pace(config, config.openalex_url, _OTHERS_DELAY, "openalex"), key="KG_OPENALEX_KEY")
        return cls(
            ArxivFeed(config.arxiv_url, arxiv),
            OaiPmh(config.oai_url, oai),
            SemanticScholar(config.s2_url, s2, config.s2_key),
            OpenAlex(config.openalex_url, openalex, config.openalex_key),
            (arxiv, oai, s2, openalex),
        )

    @property
    def requests(self) -> dict[str, int]:
        """How many requests each service got."""
        return {asker.service: asker.requests for asker in self.askers}

    def delay(self, service: str) -> float:
        """Seconds between two requests to a service."""
        return next(asker.delay for asker in self.askers if asker.service == service)


def _pace(config: Config, url: str, least: float, name: str) -> Pace:
    """The pace of a service: the delay that is set, but never less than it allows where it is not on this machine.

    Those of one name keep one pace together.
    """
    delay = min(config.arxiv_delay, least) if least < ARXIV_MIN_DELAY else config.arxiv_delay
    return Pace(delay if is_loopback(url) else max(delay, least), config.data / f"{name}.stamp")
