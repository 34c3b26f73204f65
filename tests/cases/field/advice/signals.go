package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"gotopsy/field/measure"
)

func signals() {
	for i := 0; i < crowd; i++ {
		c, done := make(chan os.Signal, 1), make(chan bool)
		signal.Notify(c, syscall.SIGUSR2)
		room := make([]byte, large)
		go func() { room[0] = reload(c, done) }()
		close(done)
		notified()
	}
}

func reload(c chan os.Signal, done chan bool) byte {
	if measure.Fixed() {
		defer signal.Stop(c)
		select {
		case <-c:
		case <-done:
		}
		return 0
	}
	at("notify", "signal.Stop")
	<-c
	return 1
}

type roomKey struct{}

func notified() {
	parent := context.WithValue(context.Background(), roomKey{}, make([]byte, large))
	at("notify_context", "stop")
	ctx, stop := signal.NotifyContext(parent, syscall.SIGUSR2)
	if measure.Fixed() {
		defer stop()
	}
	_, _ = ctx, stop
}
