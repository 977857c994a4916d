"""One module per kind of published source, each of which makes a country pack from it."""
