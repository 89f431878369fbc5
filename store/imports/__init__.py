"""Lead files into the store: read, map, normalise, merge.

`run.run` is the way in. `survey`, `dialect`, `reader`, `mapping` and
`normalise` are pure and know no store; `merge` is the only module that writes.
"""
