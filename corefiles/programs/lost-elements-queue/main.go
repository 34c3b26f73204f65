// Queues that pop with q = q[1:] keep every job that they ever popped from
// their present backing array.
package main

import "gotopsy.programs/truth"

type job struct {
	id    int
	input []byte
}

type queue struct {
	jobs []*job
}

func (q *queue) push(j *job) { q.jobs = append(q.jobs, j) }

func (q *queue) pop() *job {
	j := q.jobs[0]
	if !truth.Leaking {
		q.jobs[0] = nil
	}
	q.jobs = q.jobs[1:]
	return j
}

var (
	shards [8]queue
	done   int
)

//go:noinline
func work(q *queue) {
	q.jobs = make([]*job, 0, 64)
	for id := 0; id < cap(q.jobs); id++ {
		q.push(&job{id: id, input: truth.Bytes(16 << 10)})
	}
	all := q.jobs
	for len(q.jobs) > 4 {
		done += len(q.pop().input)
	}
	truth.LostElements(all, q.jobs)
}

func main() {
	truth.Start("lost-elements-queue")
	truth.Begin("lost-elements", "main.shards")
	for i := range shards {
		work(&shards[i])
	}
	truth.Done()
}
