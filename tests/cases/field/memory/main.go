// Memory that is not live: garbage that waits for a collection, free slots between live objects,
// pages that were freed and not returned. Nothing is allocated after the runtime was asked for its
// numbers, which are those of the core then.
package main

import (
	"bytes"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"syscall"

	"gotopsy/field/measure"
)

const mib = 1 << 20

type kilobyte [1024]byte

var (
	kept   []*kilobyte
	line   [8192]byte
	status [8192]byte
	stats  runtime.MemStats
)

func fill(count int) []*kilobyte {
	all := make([]*kilobyte, count)
	for i := range all {
		all[i] = new(kilobyte)
		for j := range all[i] {
			all[i][j] = byte(i) | 1
		}
	}
	return all
}

// Live objects, and three times as much garbage.
func garbage() {
	debug.SetGCPercent(900)
	kept = fill(4 * 1024)
	runtime.GC()
	fill(12 * 1024)
}

// One object of eight stays.
func fragment() {
	all := fill(24 * 1024)
	for i := 0; i < len(all); i += 8 {
		kept = append(kept, all[i])
	}
}

func freed() {
	debug.SetGCPercent(-1)
	kept = fill(4 * 1024)
	for i := 0; i < 12; i++ {
		large := make([]byte, 2*mib)
		for j := range large {
			large[j] = byte(j) | 1
		}
		runtime.KeepAlive(large)
	}
}

func resident(key string) uint64 {
	at := bytes.Index(status[:], []byte(key))
	value := uint64(0)
	for _, c := range status[at+len(key):] {
		if c == 'k' {
			break
		}
		if c >= '0' && c <= '9' {
			value = value*10 + uint64(c-'0')
		}
	}
	return value * 1024
}

func put(to []byte, key string, value uint64) []byte {
	to = append(to, ", \""...)
	to = append(to, key...)
	to = append(to, "\": "...)
	return strconv.AppendUint(to, value, 10)
}

func tell() {
	file, err := os.Open("/proc/self/status")
	if err != nil {
		panic(err)
	}
	runtime.ReadMemStats(&stats)
	file.Read(status[:])
	to := append(line[:0], `{"pages": 4096`...)
	to = put(to, "heap", stats.HeapAlloc)
	to = put(to, "RssAnon", resident("RssAnon:"))
	to = put(to, "RssFile", resident("RssFile:"))
	to = put(to, "HeapSys", stats.HeapSys)
	to = put(to, "HeapIdle", stats.HeapIdle)
	to = put(to, "HeapInuse", stats.HeapInuse)
	to = put(to, "HeapReleased", stats.HeapReleased)
	to = put(to, "StackSys", stats.StackSys)
	to = put(to, "StackInuse", stats.StackInuse)
	to = put(to, "MSpanSys", stats.MSpanSys)
	to = put(to, "MCacheSys", stats.MCacheSys)
	to = put(to, "BuckHashSys", stats.BuckHashSys)
	to = put(to, "GCSys", stats.GCSys)
	to = put(to, "OtherSys", stats.OtherSys)
	to = append(to, "}\nready\n"...)
	os.Stdout.Write(to)
	for n := 1; n > 0; {
		n, _ = syscall.Read(0, status[:])
	}
}

func main() {
	debug.SetGCPercent(100)
	switch measure.Way() {
	case "garbage":
		garbage()
	case "fragmented":
		fragment()
		measure.Collect()
	case "freed":
		freed()
		runtime.GC()
	default:
		kept = fill(4 * 1024)
		measure.Collect()
	}
	tell()
	runtime.KeepAlive(kept)
}
