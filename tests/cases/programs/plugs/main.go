// Plugs loads a plugin, the one built of programs/embedded, and lets it leak.
package main

import (
	"fmt"
	"os"
	"plugin"
)

func main() {
	loaded, err := plugin.Open(os.Getenv("PLUGIN"))
	if err != nil {
		panic(err)
	}
	start, err := loaded.Lookup("Start")
	if err != nil {
		panic(err)
	}
	start.(func())()
	fmt.Println("ready")
	os.Stdin.Read(make([]byte, 1))
}
