"""The survey after the lunch: three anonymous questions on the phone’s page, and what came out of them."""
