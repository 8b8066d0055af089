"""Would an ordinary vehicle have done the same: k-of-n visits of real or synthetic vehicle-days, as a likelihood ratio."""
