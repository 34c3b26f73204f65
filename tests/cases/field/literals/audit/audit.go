// Package audit keeps a trail in static data that another package fills.
package audit

type trail struct {
	Names []string
	limit int
}

// Log is what everybody writes to.
var Log = &trail{limit: 1000}
