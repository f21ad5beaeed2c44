"""The services a single machine needs: embedded PostgreSQL and Valkey, and the processes that `make run` keeps alive.

Nothing here imports Django: settings read it, and it runs before a database exists.
"""
