"""Words of the organisers' own in the letters of one lunch: what may stand in them, and how they are kept."""
