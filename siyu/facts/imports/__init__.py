"""Files come in here: a file is opened, its columns mapped, its rows grouped into facts, and the facts recorded.

`opening` and the readers know formats, `mapping` headings, `values` what stands in a cell; a kind of file (orders,
members …) and a preset for one known layout is one file under `kinds/`. Every row ends as part of a fact or as a reject.
"""
