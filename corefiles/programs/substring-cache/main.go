// A cache of sessions keeps the whole header block of the request that began
// each of them, for the sake of three short values.
package main

import (
	"strconv"
	"strings"

	"gotopsy.programs/truth"
)

type session struct {
	agent    string
	language string
	token    string
}

var cache = map[int]*session{}

// request returns a header block as it comes from the network.
func request(user int) string {
	var b strings.Builder
	b.Grow(4096)
	b.WriteString("User-Agent: probe/1.0\r\n")
	b.WriteString("Accept-Language: en-GB\r\n")
	b.WriteString("Authorization: Bearer " + strconv.Itoa(1_000_000+user) + "\r\n")
	b.WriteString("Cookie: ")
	b.WriteString(truth.Text(4096 - b.Len()))
	return b.String()
}

func value(headers, key string) string {
	_, rest, _ := strings.Cut(headers, key+": ")
	v, _, _ := strings.Cut(rest, "\r\n")
	if truth.Leaking {
		return v
	}
	return strings.Clone(v)
}

//go:noinline
func login(user int) {
	headers := request(user)
	s := &session{
		agent:    value(headers, "User-Agent"),
		language: value(headers, "Accept-Language"),
		token:    value(headers, "Authorization"),
	}
	cache[user] = s
	truth.Substring(headers, s.agent, s.language, s.token)
}

func main() {
	truth.Start("substring-cache")
	truth.Begin("substring", "main.cache")
	for user := 0; user < 2000; user++ {
		login(user)
	}
	truth.Done()
}
