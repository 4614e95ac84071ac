"""What TeX outside maths is made of: the commands, accents and signs that are read, and how they are found."""

from __future__ import annotations

import re
from collections.abc import Iterable

HIT, END = "\ue000", "\ue001"  # around a hit: characters of no meaning, dropped from the text itself

ACCENTS = dict(
    zip(
        "'`^\"~=.cvuHdbkr",
        "\u0301\u0300\u0302\u0308\u0303\u0304\u0307\u0327\u030c\u0306\u030b\u0323\u0331\u0328\u030a",
        strict=True,
    )
)
WORDS = {
    **dict(zip("ss ae AE oe OE aa AA o O l L i j".split(), "ßæÆœŒåÅøØłŁıȷ", strict=True)),
    **dict(zip("dh DH th TH dj DJ ng NG S P pounds copyright".split(), "ðÐþÞđĐŋŊ§¶£©", strict=True)),
    **dict(zip("dag ddag dots ldots textendash textemdash".split(), "†‡……–—", strict=True)),
    **dict(zip("textquoteleft textquoteright textquotedblleft textquotedblright".split(), "‘’“”", strict=True)),
    **dict(zip("textbackslash textasciitilde textasciicircum textbar textless".split(), "\\~^|<", strict=True)),
    **dict(zip("textgreater textregistered texttrademark textdegree slash".split(), ">®™°/", strict=True)),
    **{name: name for name in "LaTeX TeX BibTeX".split()},
    **dict.fromkeys("quad qquad newline par".split(), " "),
    **dict.fromkeys("noindent xspace protect relax".split(), ""),
}
COMMANDS = {
    **dict.fromkeys("emph textit textsl".split(), "em"),
    "textbf": "strong",
    "texttt": "code",
    "textsuperscript": "sup",
    "textsubscript": "sub",
    **dict.fromkeys("textsc textrm textsf textnormal textup textmd text mbox hbox underline uline".split(), ""),
}
SWITCHES = {
    **dict.fromkeys("em it sl itshape slshape".split(), "em"),
    **dict.fromkeys("bf bfseries".split(), "strong"),
    **dict.fromkeys("tt ttfamily".split(), "code"),
    **dict.fromkeys("sc rm sf scshape rmfamily sffamily normalfont".split(), ""),
}
# Letters that are also typed outside maths; what follows one is left alone.
GREEK = dict(
    zip(
        "alpha beta gamma delta epsilon varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau phi "
        "varphi".split(),
        "αβγδϵεζηθικλμνξπρστϕφ",
        strict=True,
    ),
    **dict(zip("chi psi omega Gamma Delta Theta Lambda Sigma Phi Psi Omega".split(), "χψωΓΔΘΛΣΦΨΩ", strict=True)),
    **dict(zip("times infty leq geq pm approx sim ell".split(), "×∞≤≥±≈∼ℓ", strict=True)),
)
SPACES = {" ": " ", ",": "\u2009", ";": " ", ":": " ", "/": "", "-": "", "!": "", "\\": " "}


def _any(names: Iterable[str]) -> str:
    return "|".join(sorted(names, key=len, reverse=True))


# Every alternative ends at the latest where the next of its kind begins, and gives nothing back: linear time.
TOKEN = re.compile(
    r"(?P<maths>\$\$(?:[^$\\]|\\.)++\$\$|\$(?:[^$\\]|\\.)++\$"
    r"|\\\((?:[^\\]|\\[^()])++\\\)|\\\[(?:[^\\]|\\[^\[\]])++\\\]"
    r"|\\begin\{(?P<block>equation|displaymath|align|eqnarray|gather|multline)(?P<star>\*?)\}"
    r"(?:[^\\]|\\(?!(?:begin|end)\{(?P=block)).)++\\end\{(?P=block)(?P=star)\})"
    r"|(?P<dollars>\$\$)"
    r"|\\(?P<literal>[&%$#_{}])"
    r"""|(?P<accent>\\(?:(?P<sign>["'`^~=.])\s*+|(?P<letter>[cvuHdbkr])(?:\s++|(?=\{)))"""
    r"(?:\{\s*+\\?(?P<braced>[A-Za-z])\s*+\}|(?:\\(?=[ij](?![A-Za-z])))?(?P<bare>[A-Za-z])))"
    rf"|\\(?P<command>{_any(COMMANDS)})\s*+\{{"
    rf"|\\(?P<word>{_any(WORDS)})(?![A-Za-z])(?:\{{\}}|\s++(?=\w)|)"
    rf"|\{{\s*+\\(?P<switch>{_any(SWITCHES)})(?![A-Za-z])\s*+"
    rf"|\\(?P<greek>{_any(GREEK)})(?![A-Za-z_^{{])"
    r"|\\(?P<space>[ ,;:/\-!]|\\(?=\s))"
    r"|(?P<coloured>\\textcolor\{[^{}]{0,30}+\}\{)"
    r"|(?P<unknown>\\[A-Za-z]++\*?(?:\[[^\[\]{}$]{0,60}+\])?(?:\{(?:[^{}$\s]{0,300}|[^{}$]{0,60})\})*+)"
    r"|(?P<hidden>\{(?=\\[^A-Za-z\s]|\\[A-Za-z]{1,2}(?![A-Za-z])))"
    r"|(?<![\w^\\}\]])\{(?P<kept>[A-Z](?=\}[a-z])|[A-Za-z][\w\-]{1,40})\}"
    r"|(?P<open>\{)|(?P<close>\})"
    r"|(?P<tie>(?<=[a-z.,)])~(?=[\\$\[\d])|(?<=[.,])~(?=\w))"
    r"|(?P<dash>(?<![-!])-{2,3}(?![->]))"
    r"|(?P<quote>``|''|\x22|`(?=[^`'\s][^`'\n]{0,60}'(?!\w))|'(?!\w))"
    rf"|(?P<hit>{HIT})|(?P<end>{END})",
    re.DOTALL,
)
SUSPECT = re.compile(rf"[\\${{}}~`{HIT}{END}]|--|''")
