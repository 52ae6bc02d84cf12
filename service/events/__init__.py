"""The bus: it says "wake up" and may lose every message without anything being lost."""
