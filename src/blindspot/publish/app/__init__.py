"""The case on a desk: the same review, live, on this machine only.

Method: a small web server on the loopback address shows the case as it stands (`desk`), lets a person edit its plain files
(`tables`), try numbers without writing them (`weighing`), rate a sheet before seeing an answer (`sheet`), decide on
suggestions and run stages (`running`). `guard` keeps everybody else out; docs/methods/app.md lists how it can be attacked.
Reference: OWASP, cross-site request forgery prevention; W3C Content Security Policy Level 3.
"""

from blindspot.publish.app.model import StageInfo, Works
from blindspot.publish.app.serving import application, serve

__all__ = ["StageInfo", "Works", "application", "serve"]
