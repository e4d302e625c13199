"""One run of one browser tab: which session it is, what comes back, what is saved, what may be shared."""
