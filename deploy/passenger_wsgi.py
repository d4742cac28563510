"""Passenger's entry, for hosting without a server of one's own: put it into the folder of the clone."""

import os

from lunchkit.app import create_app

os.umask(0o077)
application = create_app()
