"""The recap: what a lunch was, written by its organisers from what happened, frozen when it is published."""
