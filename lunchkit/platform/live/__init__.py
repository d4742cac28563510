"""Telling many browsers of one change, and writing many small things at once. Knows nothing of lunches.

    messages.py what is sent, encoded and compressed once
    hub.py      one ticker per watched feed and process; one message, the same bytes for everybody
    streams.py  the feed as an answer: server-sent events. Under gunicorn the sockets leave their greenlets: 5,000
                phones cost no more than their sockets
    batches.py  group commit: what waits together is written in one transaction

The database is the only bus: a ticker asks it for a revision, so several processes need not know of each other, a
reconnecting browser gets the whole state, and nothing can be missed.
"""
