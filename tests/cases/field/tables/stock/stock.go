// Package stock has types of a package that is not main.
package stock

// Item has a pointer.
type Item struct {
	Name string
	Next *Item
}

// Price has none.
type Price struct{ Cents, Tax, Gross int64 }
