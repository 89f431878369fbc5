"""Lead files into the store: read, map, normalise, merge.

`run.run` is the way in. `survey`, `dialect`, `reader`, `mapping` and
`normalise` are pure and know no store. `merge` sorts the rows of a transaction
and writes them: what is new by `stage`, what repeats a new lead by `fold`, what
repeats a stored one by `again`, and the odd rest by the store's own door.
`slices` and `accepted` make many short transactions of one file.
"""
