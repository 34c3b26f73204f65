// Each command of a tool is a composite literal in a package variable of its own. Leaked: each keeps
// its section of help out of the whole manual's text, of which every command reads a copy.
package main

import (
	"strings"

	"gotopsy/field/measure"
)

type command struct {
	name string
	help string
	runs int
}

var (
	add      = &command{name: "add"}
	bisect   = &command{name: "bisect"}
	branch   = &command{name: "branch"}
	checkout = &command{name: "checkout"}
	clone    = &command{name: "clone"}
	commit   = &command{name: "commit"}
	diff     = &command{name: "diff"}
	fetch    = &command{name: "fetch"}
	log      = &command{name: "log"}
	merge    = &command{name: "merge"}
	pull     = &command{name: "pull"}
	push     = &command{name: "push"}
	rebase   = &command{name: "rebase"}
	reset    = &command{name: "reset"}
	restore  = &command{name: "restore"}
	show     = &command{name: "show"}
)

func (c *command) document(manual string) {
	from := strings.Index(manual, "# "+c.name+"\n")
	section := manual[from : from+20]
	if measure.Fixed() {
		section = strings.Clone(section)
	}
	c.help = section
}

func manual(name string) string {
	return strings.Repeat("-", 4000) + "# " + name + "\n" + strings.Repeat(".", 4192-3-len(name))
}

func main() {
	all := []*command{add, bisect, branch, checkout, clone, commit, diff, fetch, log, merge, pull, push,
		rebase, reset, restore, show}
	for _, each := range all {
		each.document(manual(each.name))
	}
	measure.Ready(nil)
	for _, each := range all {
		each.runs += len(each.help)
	}
}
