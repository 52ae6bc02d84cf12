"""Long work: jobs leased to workers, their progress, their row errors, their files."""
