"""The suite's own small library: real papers' names, abstracts and remarks in our words."""

from __future__ import annotations

from typing import Any

PAPERS: list[dict[str, Any]] = [
    {
        "id": "1806.07572",
        "title": "Neural Tangent Kernel: Convergence and Generalization in Neural Networks",
        "authors": ["Arthur Jacot", "Franck Gabriel", "Clément Hongler"],
        "abstract": "As layers grow infinitely wide, training a network by gradient descent becomes regression "
        "with a fixed kernel, the neural tangent kernel $\\Theta$, which explains convergence.",
        "categories": ["cs.LG", "stat.ML"],
        "published": "2018-06-20",
        "updated": "2020-02-10",
        "version": 4,
    },
    {
        "id": "1811.03962",
        "title": "A Convergence Theory for Deep Learning via Over-Parameterization",
        "authors": ["Zeyuan Allen-Zhu", "Yuanzhi Li", "Zhao Song"],
        "abstract": "Gradient descent finds global minima of very wide deep networks in polynomial time.",
        "categories": ["cs.LG"],
        "published": "2018-11-09",
    },
    {
        "id": "1803.03635",
        "title": "The Lottery Ticket Hypothesis: Finding Sparse, Trainable Neural Networks",
        "authors": ["Jonathan Frankle", "Michael Carbin"],
        "abstract": "Dense networks hold sparse subnetworks that train as well alone, from the same start.",
        "categories": ["cs.LG", "cs.NE"],
        "published": "2018-03-09",
    },
    {
        "id": "1912.05671",
        "title": "Linear Mode Connectivity and the Lottery Ticket Hypothesis",
        "authors": ["Jonathan Frankle", "Gintare Karolina Dziugaite", "Daniel M. Roy", "Michael Carbin"],
        "abstract": "Winning tickets appear once two noisy training runs end in one connected valley.",
        "categories": ["cs.LG"],
        "published": "2019-12-11",
    },
    {
        "id": "1812.11118",
        "title": "Reconciling modern machine learning practice and the bias-variance trade-off",
        "authors": ["Mikhail Belkin", "Daniel Hsu", "Siyuan Ma", "Soumik Mandal"],
        "abstract": "Test error falls, rises and falls again as capacity passes the point of interpolation.",
        "categories": ["stat.ML", "cs.LG"],
        "published": "2018-12-28",
        "doi": "10.1073/pnas.1903070116",
        "journal_ref": "PNAS July 24, 2019 116 (32)",
    },
    {
        "id": "hep-th/9901001",
        "title": "A Paper with an Old Identifier",
        "authors": ["Ana María López"],
        "abstract": "Nothing about networks: strings & branes, 5 % of <everything>.",
        "categories": ["hep-th"],
        "published": "1999-01-04",
        "comment": "This paper has been withdrawn",
    },
    {
        "id": "1905.10337",
        "title": "What Can ResNet Learn Efficiently, Going Beyond Kernels?",
        "authors": ["Zeyuan Allen-Zhu", "Yuanzhi Li"],
        "abstract": "",
        "categories": ["cs.LG"],
        "published": "2019-05-24",
    },
]

AWESOME = """\
# Awesome Wide Networks

Papers on wide networks. See the [course](https://example.org/course) too.

## Contents

- [Kernels](#kernels)

## Kernels

- Neural Tangent Kernel: Convergence and Generalization in Neural Networks. [[paper]](https://arxiv.org/abs/1806.07572)
[[code]](https://github.com/example/ntk)
  - Arthur Jacot, Franck Gabriel, Clément Hongler. *NeurIPS 2018*
  - Key Word: Kernel.
  - Digest: Where the kernel view began; read this one first.

- [convergence by width](https://arxiv.org/pdf/1811.03962v5.pdf) (Allen-Zhu et al., 2018): a long proof, worth it

## Sparsity

1. [The Lottery Ticket Hypothesis](https://openreview.net/forum?id=rJl-b3RcF7) ([arXiv](https://arxiv.org/abs/1803.03635))
2. [Linear Mode Connectivity and the Lottery Ticket Hypothesis](https://arxiv.org/abs/1912.05671)
"""

NOTES = """\
Seminar on deep learning

Generalisation

Why capacity misleads

- Reconciling modern machine learning practice and the bias-variance trade-off.
  Mikhail Belkin, Daniel Hsu. ICML 2018

Beyond kernels

- What Can ResNet Learn Efficiently, Going Beyond Kernels? Zeyuan Allen-Zhu,
  Yuanzhi Li. Neurips 2019

An older one: arXiv:hep-th/9901001, and one that arXiv does not know, arXiv:2001.99999.
"""
