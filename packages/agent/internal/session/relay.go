package session

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"syscall"
	"time"

	"nx-kube.dev/agent/internal/frame"
	"nx-kube.dev/agent/internal/message"
)

// connectWait is the pause between two attempts to connect.
const connectWait = 10 * time.Millisecond

// Relay connects a client with the supervisor that listens on a socket, until the supervisor ends the session. It
// retries for the given time-out, because a container that has just started does not listen yet.
func Relay(in io.Reader, out io.Writer, socket string, timeout time.Duration) error {
	conn, err := connect(socket, timeout)
	if err != nil {
		reason, _ := json.Marshal(message.Fail(message.NoSupervisor, "the agent's supervisor does not answer: "+err.Error()))
		_, _ = out.Write(frame.Encode(frame.Control, reason))
		return err
	}
	defer conn.Close()
	go func() {
		_, _ = io.Copy(conn, in)
		_ = conn.CloseWrite()
	}()
	_, err = io.Copy(out, conn)
	if errors.Is(err, syscall.ECONNRESET) {
		// The container has ended.
		return nil
	}
	return err
}

func connect(socket string, timeout time.Duration) (*net.UnixConn, error) {
	for deadline := time.Now().Add(timeout); ; time.Sleep(connectWait) {
		conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: socket, Net: "unix"})
		if err == nil || time.Now().After(deadline) {
			return conn, err
		}
	}
}
