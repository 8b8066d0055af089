"""Following in footage: one marked vehicle with every loss said, many detections at once, and what people marked."""
