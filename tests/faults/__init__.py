"""Faults on purpose: kills, full disks, failing disks and power cuts, each at a chosen moment.

`shim.c` stands between a process and its files, `shim` speaks to it, `nursery` runs commands of `kg` under it in
processes of their own, `disks` builds what a power cut may leave, `scenes` are the libraries and what must be true of
them after a fault.
"""
