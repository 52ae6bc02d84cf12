"""Files into records: uploads are checked and kept, then read and written chunk by chunk by a job."""
