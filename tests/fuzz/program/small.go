//go:build small

package main

// Few objects and little code, so that a run takes little time. A map of 1,000 entries has two tables.
const each, entries, sampled = 4, 1000, 64

func labelled(do func()) { do() }

func accept() { select {} }
