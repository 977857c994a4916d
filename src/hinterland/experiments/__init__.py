"""Natural experiments run again in invented countries: what the model says beside what studies found."""
