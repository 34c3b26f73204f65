// Package store makes closures for others to run: each of its functions is small enough to be
// inlined into them.
package store

// Shelf is what a Taker waits for.
type Shelf struct{ Boxes chan []byte }

// Waiting waits for a box that nobody brings.
func Waiting(boxes chan []byte, note func()) func() {
	return func() {
		note()
		<-boxes
	}
}

// Taker is a method whose closure waits.
func (s *Shelf) Taker(note func()) func() {
	return func() {
		note()
		<-s.Boxes
	}
}
