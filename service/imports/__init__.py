"""Files into records: checked and kept as they come, then written chunk by chunk by a job."""
