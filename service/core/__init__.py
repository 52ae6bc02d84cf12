"""What every room stands on. A module enters when two rooms need it; none knows a feature."""
