"""What a change of an event means for those who are registered: new hours, more or fewer seats, cancelled."""
