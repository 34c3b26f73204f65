// Mailboxes and histories of structs that were full once, and have given back nearly all: the first
// from the front, the others from the back. Leaked: what was taken, since it stays in the arrays.
// Fixed, the slots are cleared; the arrays are as empty as before, and that is no leak.
package main

import (
	"strconv"

	"gotopsy/field/measure"
)

type event struct {
	id   int
	data []byte
	tags []string
}

type mailbox struct {
	seen  int
	queue []event
}

type step struct {
	name string
	undo []byte
	at   [3]int
}

type history struct{ steps []step }

var (
	mailboxes = map[string]mailbox{}
	histories []*history
)

func take(who string) {
	box := mailboxes[who]
	box.seen++
	if measure.Fixed() {
		box.queue[0] = event{}
	}
	box.queue = box.queue[1:]
	mailboxes[who] = box
}

func (h *history) back() {
	last := len(h.steps) - 1
	if measure.Fixed() {
		h.steps[last] = step{}
	}
	h.steps = h.steps[:last]
}

func fill(who string) *history {
	var box mailbox
	h := &history{}
	for i := 0; i < 64; i++ {
		box.queue = append(box.queue, event{i, make([]byte, 1500), []string{who}})
		h.steps = append(h.steps, step{name: who, undo: make([]byte, 1200)})
	}
	mailboxes[who] = box
	return h
}

func main() {
	for i := 0; i < 40; i++ {
		who := "user" + strconv.Itoa(i)
		h := fill(who)
		for k := 0; k < 60; k++ {
			take(who)
			h.back()
		}
		histories = append(histories, h)
	}
	measure.Ready(nil)
	println(len(mailboxes), len(histories))
}
