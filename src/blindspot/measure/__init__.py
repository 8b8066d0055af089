"""The measure floor: each room answers one question by computation, in ranges, from the case and from nothing above it."""
