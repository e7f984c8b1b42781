"""The review desk: web pages over the workspace, for people who decide.

`app.create_app` makes it, `server.serve` runs it. Every page but the few in `app.PUBLIC` is for signed-in people, and
every request that changes something carries the token of its session: `app` puts both guards before whole routers, so
that no single page can forget them.
"""
