"""What was done, by whom, written down where it is done."""
