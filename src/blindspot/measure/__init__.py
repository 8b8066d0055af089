"""The measure floor: each room answers one question by computation, from the case and from nothing above it."""
