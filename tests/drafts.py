"""Drafts in several formats; each cites the same two papers of the suite's library, and some cite others too."""

# Of the suite's library: kernels (1806.07572), convergence (1811.03962), tickets (1803.03635), valleys (1912.05671),
# test error (1812.11118).
LATEX = r"""\documentclass{article}
\newcommand{\method}{SparseNet}
\title{Sparse networks}
\author{Jane Doe}
\begin{document}
\maketitle
\begin{abstract}
Winning tickets appear once two noisy training runs end in one connected valley~\citep{ntk, nobody}.
As the width $n \to \infty$, regression with a fixed \emph{kernel} explains
convergence; see Fig.~\ref{fig:one}.
\end{abstract}
\section{Introduction}
% \citep{commented2018out}
Gradient descent finds global minima of very wide deep networks in polynomial time.
\begin{equation}
  f(x) = \sum_i a_i \sigma(w_i x)
\end{equation}
\begin{figure}\caption{Test error falls, rises and falls again as capacity passes the point.}\end{figure}
Dense networks hold \url{https://arxiv.org/abs/1812.11118} sparse subnetworks.
\begin{thebibliography}{9}
\bibitem[Jacot et~al.(2018)]{ntk} A. Jacot, F. Gabriel, and C. Hongler. \newblock Neural tangent kernel: Convergence
and generalization in neural networks. \newblock In \emph{NeurIPS}, 2018.
\bibitem{nobody} A. Nobody. \newblock Things that nobody has heard of before. \newblock 2011.
\end{thebibliography}
\end{document}
"""
MARKDOWN = """---
title: Sparse networks
---

# Introduction

Winning tickets appear once two noisy training runs end in one
connected valley ([Jacot et al., 2018](https://arxiv.org/abs/1806.07572v2)).

| a | table |
|---|---|
| of | numbers |

- Dense networks hold sparse subnetworks that train as well (doi:10.1073/pnas.1903070116).

## References

1. A. Nobody, B. Else. Things that nobody has heard of before. NeurIPS 2011.
"""
PLAIN = """Sparse networks

Winning tickets appear once two noisy training runs
end in one connected valley (arXiv:1806.07572). Dense networks hold sparse sub-
networks that train as well alone, as Fig. 3 shows.

References

[1] A. Nobody, B. Else. Things that nobody has heard of before. NeurIPS 2011.
[2] M. Belkin, D. Hsu, S. Ma, S. Mandal. Reconciling modern machine learning practice and the bias-variance
    trade-off. PNAS, 2019.
"""
HTML = """<p>Winning tickets appear once two noisy training runs end in one connected valley
(<a href="https://arxiv.org/pdf/1806.07572.pdf">Jacot</a>, and &amp; others).</p>
<p>Dense networks hold sparse subnetworks; see <a href="https://doi.org/10.1073/pnas.1903070116">Belkin</a>.</p>
"""
BIBTEX = r"""
Winning tickets appear once two noisy training runs end in one connected valley \cite{a, b}.

@article{a,
  title = {Neural Tangent Kernel: Convergence and Generalization in Neural Networks},
  author = {Jacot, Arthur and Gabriel, Franck},
  year = 2018,
}
@misc{b, title = {Reconciling modern machine learning practice and the bias-variance trade-off}, author={Belkin, M.}}
@misc{uncited, title = {A Convergence Theory for Deep Learning via Over-Parameterization}, author={Allen-Zhu, Z.}}
"""
KEYS = "Winning tickets appear once two runs end in one valley [see @jacot2018neuraltangentkernel; @{1812.11118}; @jones2001things]."
DRAFTS = {"latex": LATEX, "markdown": MARKDOWN, "plain": PLAIN, "html": HTML, "bibtex": BIBTEX, "keys": KEYS}
CITED = ["1806.07572", "1812.11118"]
