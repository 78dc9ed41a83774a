"""The console without a screen: the same core, data on stdout, words on stderr."""
