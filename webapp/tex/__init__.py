"""TeX as it stands in titles, abstracts and remarks, made fit for pages: see `webapp.tex.reader`."""

from webapp.tex.reader import hits, plain, prose

__all__ = ["hits", "plain", "prose"]
