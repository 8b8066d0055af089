"""The rooms that measure: each answers one question from material, and knows no other room unless the design draws it."""
