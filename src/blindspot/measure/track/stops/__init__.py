"""Where did it stop: detectors with a yes or no, their multiverse, P(stopped) by a hidden chain, stops hidden in gaps."""
