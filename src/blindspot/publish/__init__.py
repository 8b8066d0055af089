"""Who may see what, and how is it shown? Pages, tables and GIS layers, drawn from results; no number is made here."""
