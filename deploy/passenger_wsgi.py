"""Passenger's entry, for hosting without a server of one's own: put it into the folder of the clone."""

from lunchkit.app import create_app

application = create_app()
