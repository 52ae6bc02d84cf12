"""Long work: jobs that are leased to workers, their progress, their row errors, and what they read and make."""
