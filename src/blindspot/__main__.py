"""`python -m blindspot` is the same as `blindspot`."""

from blindspot.cli import main

main()
