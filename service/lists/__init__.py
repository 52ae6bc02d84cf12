"""Finding records: filters, orders and pages, each along an index that is really there."""
