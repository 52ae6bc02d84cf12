"""How fast Syncline is, beside other ways to do the same job, in one interleaved run."""
