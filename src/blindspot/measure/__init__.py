"""Rooms that measure: each asks one question of the material of a case and answers in ranges."""
