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

// client speaks Delve's API: JSON-RPC 1.0, one value after the other.
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

// within fails calls that are not answered by then.
func (c *client) within(patience time.Duration) { _ = c.SetDeadline(time.Now().Add(patience)) }

func (c *client) send(method string, parameters any) error {
	c.lastID++
	call := request{"method": "RPCServer." + method, "params": []any{parameters}, "id": c.lastID}
	return json.NewEncoder(c).Encode(call)
}

// call decodes the answer into result, which may be nil.
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

// state gives the debuggee's state; with wait, once it does not run.
func (c *client) state(wait bool) (state, error) {
	var answer struct{ State state }
	err := c.call("State", request{"NonBlocking": !wait}, &answer)
	return answer.State, err
}

// panicked tells of the breakpoints that Delve sets by itself, where Go's runtime ends the process.
func (s state) panicked() bool {
	if s.CurrentThread == nil || s.CurrentThread.BreakPoint == nil {
		return false
	}
	name := s.CurrentThread.BreakPoint.Name
	return name == "unrecovered-panic" || name == "runtime-fatal-throw"
}

var exited = regexp.MustCompile(`has exited with status (-?\d+)`)

// exitStatus reads Delve's error for a debuggee that has ended. Death by a signal is a negative status.
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
