"""Why a place changes: what every mechanism adds to it, and where people go."""
