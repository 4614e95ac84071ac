"""Fuzzing: every parser is given what nobody writes, and must answer or refuse, soon, with what can be stored.

    targets    what is fuzzed: a parser's seeds, its tokens, its declared errors, what must hold of what it gives
    mutation   bytes from seeds and tokens; trees of JSON; both the same for one (target, seed, number)
    invariants what holds of any answer
    trying     one input tried, under a limit of processor time
    running    targets worked off in processes of their own, which may crash
    documents, names, questions, drafts, services, facts, shown: the targets

`KG_FUZZ_INPUTS=1000000 python -m tests.fuzzing` runs all; `python -m tests.fuzzing TARGET SEED NUMBER` runs one input
and shows it.
"""
