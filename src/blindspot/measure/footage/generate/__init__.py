"""What would a clip with known truth look like? Transport streams with telemetry and pictures, and faults on request.

Method: a camera flies and looks by smooth functions of time (`scene`), the ground is drawn by the same rays that the reader
uses the other way round (`render`), telemetry is packed by ST 0601 and 0903 (`pack`), pictures are coded with libx264 and all
is laid into transport packets, synchronous or asynchronous (`mux`). `Faults` injects what goes wrong in the field.
Reference: MISB ST 0601, 0604, 0903, 1201, 1402; ISO/IEC 13818-1.
"""

from blindspot.measure.footage.generate.make import Faults, Made, Plan, make_clip
from blindspot.measure.footage.generate.scene import Scene

__all__ = ["Faults", "Made", "Plan", "Scene", "make_clip"]
