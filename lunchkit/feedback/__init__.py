"""Feedback after the lunch: three short questions on the phone's page, anonymous, and what came out of them."""
