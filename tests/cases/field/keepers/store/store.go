// Package store is a cache that its callers know by its interface only.
package store

import "sync"

type Store interface {
	Put(key string, value []byte)
}

type backend interface {
	set(key string, value []byte)
}

type memory struct {
	lock sync.RWMutex
	data map[string][]byte
}

func (m *memory) set(key string, value []byte) {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.data[key] = value
}

type counted struct {
	next backend
	puts int
}

func (c *counted) Put(key string, value []byte) {
	c.puts++
	c.next.set(key, value)
}

func New() Store { return &counted{next: &memory{data: map[string][]byte{}}} }
