"""The sentences of an abstract, and what each is about: the background, the method, or the result.

The roles are those of CSFCube (Mysore et al., NeurIPS 2021). Each is told by the words that are usual in it and by its
place: abstracts go from the problem over what was done to what came of it (Swales, "Genre Analysis", 1990).
"""

from __future__ import annotations

import re

ROLES = ("background", "method", "result")

_END = re.compile(
    r"(?<=[.!?])(?<!\b[A-Z]\.)(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bal\.)(?<!\bvs\.)(?<!\bcf\.)"
    r"(?<!\b[Ff]ig\.)(?<!\b[Ff]igs\.)(?<!\b[Ee]q\.)(?<!\b[Ee]qs\.)(?<!\b[Ss]ec\.)(?<!\b[Tt]ab\.)(?<!\b[Rr]ef\.)\s+(?=[\"“(\[$A-Z0-9])"
)
_CUES = {
    "background": re.compile(
        r"\b(?:is|are|ha(?:s|ve) been|however|although|despite|challeng\w+|important|problems?|tasks?|"
        r"traditional(?:ly)?|existing|previous|recent(?:ly)?|often|many|most|typically|usually|while|widely|commonly|requires?|needs?|"
        r"difficult|limit(?:s|ed|ation\w*)?)\b",
        re.IGNORECASE,
    ),
    "method": re.compile(
        r"\bwe (?:propose|present|introduce|describe|develop|use|design|apply|build|train|employ|address|explore|study|"
        r"formulate|extend|adopt|construct|learn|model|combine|consider)|\b(?:propose|present|introduce)[sd]?\b|"
        r"\b(?:in )?this (?:paper|work|article)\b|\b(?:approach|method|algorithm|model|framework|using|based on|novel|"
        r"architecture|train\w*|first|then)\b",
        re.IGNORECASE,
    ),
    "result": re.compile(
        r"\b(?:results?|experiments?|experimental\w*|evaluat\w+|outperform\w*|achiev\w+|improve\w*|show(?:s|n|ed)?|"
        r"demonstrat\w+|state[- ]of[- ]the[- ]art|accuracy|significant(?:ly)?|better|findings?|found|"
        r"observ\w+|compar\w+|yields?|gains?|reduc\w+|conclu\w+|performance|competitive|reveal\w*|indicat\w+|benchmarks?|empirical\w*)\b",
        re.IGNORECASE,
    ),
}
_WEIGHTS = {"background": 0.25, "method": 0.4, "result": 0.45}  # of a cue; three at most are counted
_OURS = re.compile(r"\b(?:we|our|this paper|this work)\b", re.IGNORECASE)
_LONGEST = 20_000  # characters that are looked at


def sentences(text: str) -> list[str]:
    """The sentences of a text, as an abstract has them."""
    return [part for part in _END.split(text[:_LONGEST].strip()) if part]


def of_role(text: str, role: str) -> list[str]:
    """The sentences of an abstract that tell its background, its method or its result."""
    found = sentences(text)
    last = max(len(found) - 1, 1)
    return [sentence for place, sentence in enumerate(found) if role_of(sentence, place / last) == role]


def role_of(sentence: str, place: float) -> str:
    """What a sentence tells, given its place in the abstract: 0 is the first, 1 the last."""
    usual = {
        "background": 1.6 * (1 - place) ** 1.5,
        "method": 1.3 * (1 - abs(place - 0.5) * 1.6),
        "result": 1.6 * place**1.5,
    }
    usual["background"] -= 0.8 if _OURS.search(sentence) else 0.0
    return max(ROLES, key=lambda role: usual[role] + _WEIGHTS[role] * min(_cues(role, sentence), 3))


def _cues(role: str, sentence: str) -> int:
    return len({found.group().lower() for found in _CUES[role].finditer(sentence)})
