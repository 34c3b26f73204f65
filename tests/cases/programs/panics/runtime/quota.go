// Package runtime is called like Go's own, and is none of it.
package runtime

type quota struct{ text string }

func (q *quota) Error() string { return q.text }

// Exceeded has a text that is the program's.
func Exceeded(text string) error { return &quota{text} }
