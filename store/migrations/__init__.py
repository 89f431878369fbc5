"""The schema, step by step: one SQL text for both engines. Read by `store.migrate`."""
