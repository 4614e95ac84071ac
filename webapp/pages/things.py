"""The pages of an author, a topic, a list: each with the papers that it holds."""

from __future__ import annotations

from flask import render_template
from werkzeug.wrappers import Response

from webapp import params, replies
from webapp.replies import library
from webapp.show import is_unresolved


def author(author_id: str) -> Response | str:
    """One author and their papers."""
    author_id, twin = params.twin(author_id)
    answer = library().author(author_id)
    if twin == "json":
        return replies.one(answer)
    if twin == "bib":
        return replies.bibtex(answer.papers)
    others = [name for name in answer.names if name != answer.name]
    return render_template("papers.html", kind="Author", title=answer.name, papers=answer.papers, also=others)


def topic(topic_id: str) -> Response | str:
    """One topic and its papers."""
    topic_id, twin = params.twin(topic_id)
    answer = library().topic(topic_id)
    if twin == "json":
        return replies.one(answer)
    if twin == "bib":
        return replies.bibtex(answer.papers)
    return render_template("papers.html", kind="Topic", title=answer.label, papers=answer.papers, topic=answer)


def reading_list(list_id: str) -> Response | str:
    """One list as its author arranged it."""
    list_id, twin = params.twin(list_id)
    answer = library().reading_list(list_id)
    if twin == "json":
        return replies.one(answer)
    if twin == "bib":
        return replies.bibtex(answer.papers.values())
    unresolved = [m for m in answer.mentions if m.paper and is_unresolved(answer.papers[m.paper])]
    return render_template("list.html", list=answer, unresolved=unresolved)
