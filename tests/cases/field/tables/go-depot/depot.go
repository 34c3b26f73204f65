// Package depot has another name than its folder, as gopkg.in/yaml.v3 and .../v2 have.
package depot

// Key has no pointer.
type Key struct{ Row, Shelf int }

// Crate has one.
type Crate struct {
	Name string
	Next *Crate
}
