// A shop whose points lie inside other objects by value: elements of slices and arrays, keys and
// values of maps, embedded and nested fields, a channel's queue. It counts them itself. Nothing leaks.
package main

import (
	"fmt"
	"unsafe"

	"gotopsy/field/measure"
)

type point struct {
	x, y int32
	tag  *int
}

type segment struct{ from, to point }

type marked struct {
	point
	name string
}

type board struct {
	corners [6]point
	side    segment
	id      int64
}

type cell struct{ row, col int16 }

const (
	few      = 5 // entries: one group or bucket
	many     = 2000
	boards   = 30
	elements = 700
	roomy    = 1024
	queued   = 3
	letters  = 20 // channels with room for one point; the last few are empty
	unsent   = 4
	alone    = 12
	cells    = 9
)

var (
	mark      = new(int)
	known     []any // tells their types without debug information
	line      []point
	tail      []point // the last elements of an array that nothing else leads to
	segments  []segment
	embedded  []*marked
	boardList []*board
	byKey     = map[point]int64{}
	byName    = map[string]point{}
	small     = map[int]segment{}
	boxes     = map[int]board{} // values too large for a slot: objects of their own
	queue     = make(chan point, 8)
	boxed     [letters]chan point
	wholes    []*point
	smalls    []*cell
	deleted   = 100
)

func at(x int) point { return point{int32(x), int32(-x), mark} }

func fill() {
	line = make([]point, elements, roomy)
	for i := range line {
		line[i] = at(i)
	}
	all := make([]point, 64)
	for i := range all {
		all[i] = at(i)
	}
	tail = all[50:60:62]
	for i := 0; i < 40; i++ {
		segments = append(segments, segment{at(i), at(i + 1)})
	}
	for i := 0; i < boards; i++ {
		embedded = append(embedded, &marked{at(i), "m"})
		boardList = append(boardList, &board{id: int64(i), side: segment{at(i), at(i)}})
	}
	for i := 0; i < many+deleted; i++ {
		byKey[at(i)] = int64(i)
		byName[fmt.Sprint("name", i)] = at(i)
	}
	for i := 0; i < deleted; i++ {
		delete(byKey, at(i))
		delete(byName, fmt.Sprint("name", i))
	}
	for i := 0; i < few; i++ {
		small[i] = segment{at(i), at(i)}
		boxes[i] = board{id: int64(i)}
	}
	for i := 0; i < 6; i++ {
		queue <- at(i)
	}
	for i := 6; i > queued; i-- {
		<-queue
	}
	for i := range boxed {
		boxed[i] = make(chan point, 1)
		if i < letters-unsent {
			boxed[i] <- at(i)
		}
	}
	for i := 0; i < alone; i++ {
		one := at(i)
		wholes = append(wholes, &one)
	}
	for i := 0; i < cells; i++ {
		smalls = append(smalls, &cell{int16(i), 7})
	}
	known = []any{wholes[0], embedded[0], boardList[0], &segments[0], smalls[0]}
}

// inside has the number of points that meet a condition, apart from those that are objects.
func inside(met func(point) bool) (count int) {
	one := func(each point) {
		if met(each) {
			count++
		}
	}
	pair := func(each segment) { one(each.from); one(each.to) }
	whole := func(each board) {
		pair(each.side)
		for _, corner := range each.corners {
			one(corner)
		}
	}
	for _, each := range [][]point{line, tail} {
		for _, element := range each {
			one(element)
		}
	}
	for _, each := range segments {
		pair(each)
	}
	for i := 0; i < letters-unsent; i++ {
		one(at(i))
	}
	for i := range embedded {
		one(embedded[i].point)
		whole(*boardList[i])
	}
	for key := range byKey {
		one(key)
	}
	for _, each := range byName {
		one(each)
	}
	for _, each := range small {
		pair(each)
	}
	for _, each := range boxes {
		whole(each)
	}
	for i := len(queue); i > 0; i-- {
		each := <-queue
		one(each)
		queue <- each
	}
	return
}

func counted() map[string]int {
	return map[string]int{
		"":                     inside(func(point) bool { return true }),
		"x >= 100":             inside(func(p point) bool { return p.x >= 100 }),
		"tag == nil":           inside(func(p point) bool { return p.tag == nil }),
		"x < 3 && tag != nil":  inside(func(p point) bool { return p.x < 3 && p.tag != nil }),
		"x == 2000 && y < -10": inside(func(p point) bool { return p.x == 2000 && p.y < -10 }),
	}
}

func address(of any) string { return fmt.Sprintf("%#x", of) }

func main() {
	fill()
	measure.Ready(map[string]any{
		"counted":  counted(),
		"wholes":   len(wholes),
		"segments": len(segments) + boards + few + few,
		"cells":    len(smalls),
		"line":     address(uintptr(unsafe.Pointer(&line[0]))),
		"line17":   address(uintptr(unsafe.Pointer(&line[17]))),
		"tail":     address(uintptr(unsafe.Pointer(&tail[0]))),
		"corner":   address(uintptr(unsafe.Pointer(&boardList[3].corners[2]))),
		"board":    address(uintptr(unsafe.Pointer(boardList[3]))),
		"to":       address(uintptr(unsafe.Pointer(&boardList[3].side.to))),
		"spare":    cap(line) - len(line) + 64 - len(tail),
	})
	fmt.Println(known, smalls)
}
