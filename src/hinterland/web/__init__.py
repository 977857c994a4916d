"""The server: runs and a live model over HTTP, and the page that shows them."""
