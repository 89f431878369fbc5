"""The state of a floor on disk: leads, queue, attempts, outbox, do-not-call, shifts, and the log of it all.

Enter by `store.store.Store`. Everything is one domain layer in portable SQL over two
small engines (`store.sqlite`, `store.postgres`); see `docs/architecture.md`.
"""
