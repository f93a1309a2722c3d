//go:build linux

package delve

import (
	"encoding/json"
	"errors"
	"net"
	"regexp"
	"strconv"
	"time"
)

// client speaks Delve's API: JSON-RPC 1.0, one JSON value after another.
type client struct {
	net.Conn
	decoder *json.Decoder
	lastID  int
}

type request map[string]any

func dial(socket string) (*client, error) {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return nil, err
	}
	return &client{Conn: conn, decoder: json.NewDecoder(conn)}, nil
}

// within sets the time-out of the calls that follow.
func (c *client) within(timeout time.Duration) { _ = c.SetDeadline(time.Now().Add(timeout)) }

func (c *client) send(method string, parameters any) error {
	c.lastID++
	call := request{"method": "RPCServer." + method, "params": []any{parameters}, "id": c.lastID}
	return json.NewEncoder(c).Encode(call)
}

// call sends a request and decodes the answer into result, which may be nil.
func (c *client) call(method string, parameters, result any) error {
	if err := c.send(method, parameters); err != nil {
		return err
	}
	for {
		var answer struct {
			ID     int             `json:"id"`
			Result json.RawMessage `json:"result"`
			Error  *string         `json:"error"`
		}
		if err := c.decoder.Decode(&answer); err != nil {
			return err
		}
		switch {
		case answer.ID != c.lastID:
			continue
		case answer.Error != nil:
			return errors.New(*answer.Error)
		case result == nil:
			return nil
		}
		return json.Unmarshal(answer.Result, result)
	}
}

// state is Delve's api.DebuggerState.
type state struct {
	Running       bool
	CurrentThread *struct {
		BreakPoint *struct {
			Name string `json:"name"`
		} `json:"breakPoint"`
	} `json:"currentThread"`
}

// state returns the debuggee's state. With wait, it returns once the debuggee is stopped.
func (c *client) state(wait bool) (state, error) {
	var answer struct{ State state }
	err := c.call("State", request{"NonBlocking": !wait}, &answer)
	return answer.State, err
}

// panicked reports whether the debuggee stopped at one of Delve's own breakpoints, where Go's runtime ends the process.
func (s state) panicked() bool {
	if s.CurrentThread == nil || s.CurrentThread.BreakPoint == nil {
		return false
	}
	name := s.CurrentThread.BreakPoint.Name
	return name == "unrecovered-panic" || name == "runtime-fatal-throw"
}

var exited = regexp.MustCompile(`has exited with status (-?\d+)`)

// exitStatus parses Delve's error about an ended debuggee. A signal's status is negative.
func exitStatus(err error) (code int, ended bool) {
	if err == nil {
		return 0, false
	}
	found := exited.FindStringSubmatch(err.Error())
	if found == nil {
		return 0, false
	}
	code, _ = strconv.Atoi(found[1])
	return code, true
}
