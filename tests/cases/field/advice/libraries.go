package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"time"

	"gotopsy/field/measure"
)

func libraries() {
	pipes()
	connections()
	bodies()
	queries()
	watched()
	commands()
}

func pipes() {
	for i := 0; i < crowd; i++ {
		r, w := io.Pipe()
		go hold(func() {
			at("io_pipe_write", "PipeReader")
			w.Write(make([]byte, 64))
		})
		io.ReadFull(r, make([]byte, 8))
		if measure.Fixed() {
			r.Close()
		}
	}
	for i := 0; i < crowd; i++ {
		r, w := io.Pipe()
		go hold(func() {
			at("io_pipe_read", "PipeWriter")
			io.ReadAll(r)
		})
		w.Write(make([]byte, 8))
		if measure.Fixed() {
			w.Close()
		}
	}
}

func connections() {
	for i := 0; i < crowd; i++ {
		here, there := net.Pipe()
		go hold(func() {
			at("net_pipe", "other end")
			here.Write(make([]byte, 64))
		})
		if measure.Fixed() {
			there.Close()
		}
	}
}

// Responses of which nobody wants the body.
func bodies() {
	anywhere("http_body", "resp.Body.Close()")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write(make([]byte, 1<<20))
	}))
	for i := 0; i < 2*crowd; i++ {
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		resp, err := client.Get(server.URL)
		if err == nil && measure.Fixed() {
			resp.Body.Close()
		}
	}
}

// A database that answers everything at once.
type database struct{ room []byte }

func (d *database) Connect(context.Context) (driver.Conn, error) { return &conn{}, nil }
func (d *database) Driver() driver.Driver                        { return nil }

type conn struct{}

func (c *conn) Prepare(query string) (driver.Stmt, error) { return &stmt{make([]byte, large)}, nil }
func (c *conn) Close() error                              { return nil }
func (c *conn) Begin() (driver.Tx, error)                 { return &transaction{make([]byte, large)}, nil }

type stmt struct{ room []byte }

func (s *stmt) Close() error                                    { return nil }
func (s *stmt) NumInput() int                                   { return 0 }
func (s *stmt) Exec(args []driver.Value) (driver.Result, error) { return nil, driver.ErrSkip }
func (s *stmt) Query(args []driver.Value) (driver.Rows, error) {
	return &rows{make([]byte, large)}, nil
}

type rows struct{ room []byte }

func (r *rows) Columns() []string              { return []string{"id"} }
func (r *rows) Close() error                   { return nil }
func (r *rows) Next(dest []driver.Value) error { dest[0] = int64(1); return nil }

type transaction struct{ room []byte }

func (t *transaction) Commit() error   { return nil }
func (t *transaction) Rollback() error { return nil }

func queries() {
	for i := 0; i < crowd; i++ {
		first()
		transfer()
		opened()
		starved()
	}
}

func open() *sql.DB { return sql.OpenDB(&database{make([]byte, large)}) }

func shut(db *sql.DB) {
	if measure.Fixed() {
		db.Close()
	}
}

// first reads one row and forgets the others.
func first() {
	anywhere("sql_rows", "rows.Close()")
	db := open()
	defer shut(db)
	ctx, cancel := context.WithCancel(context.Background())
	rows, err := db.QueryContext(ctx, "select")
	if err != nil {
		panic(err)
	}
	rows.Next()
	if measure.Fixed() {
		rows.Close()
		cancel()
	}
}

func transfer() {
	anywhere("sql_tx", "tx.Rollback()")
	db := open()
	defer shut(db)
	tx, err := db.Begin()
	if err != nil {
		panic(err)
	}
	if measure.Fixed() {
		tx.Rollback()
	}
}

func opened() {
	anywhere("sql_db", "db.Close()")
	db := open()
	defer shut(db)
	db.Ping()
}

// starved has one connection, and a transaction that never gives it back.
func starved() {
	db := open()
	db.SetMaxOpenConns(1)
	tx, err := db.Begin()
	if err != nil {
		panic(err)
	}
	done := make(chan bool)
	go hold(func() {
		at("sql_conn", "tx.Rollback")
		db.Exec("update")
		close(done)
	})
	if measure.Fixed() {
		tx.Rollback()
		<-done
		db.Close()
	}
}

// A context of the program's own kind, which the children of context have to watch.
type request struct {
	context.Context
	gone chan struct{}
	room []byte
}

func (r *request) Done() <-chan struct{} { return r.gone }
func (r *request) Err() error            { return nil }

func watched() {
	for i := 0; i < crowd; i++ {
		anywhere("ctx_watched", "cancel()")
		parent := &request{context.Background(), make(chan struct{}), make([]byte, large)}
		_, cancel := context.WithCancel(parent)
		if measure.Fixed() {
			cancel()
		}
	}
}

func commands() {
	for i := 0; i < crowd; i++ {
		anywhere("exec_wait", "Wait")
		ctx, cancel := context.WithCancel(context.Background())
		command := exec.CommandContext(ctx, "true")
		command.Env = []string{"ROOM=" + strings.Repeat("x", large)}
		if command.Start() != nil {
			panic("no command")
		}
		if measure.Fixed() {
			command.Wait()
			cancel()
		}
	}
	time.Sleep(10 * time.Millisecond)
}
