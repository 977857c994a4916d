"""Tasks done elsewhere: here one after the other, by processes of this machine, or on a cluster."""
