//go:build linux

package session

import (
	"bytes"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"nx-kube.dev/agent/internal/frame"
)

func TestAMissingSupervisorIsReportedToTheClient(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	// The socket of a container that has ended.
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	listener.SetUnlinkOnClose(false)
	_ = listener.Close()
	var out bytes.Buffer
	if err := Relay(strings.NewReader(""), &out, socket, 0); err == nil {
		t.Error("Relay returned nil, want an error")
	}
	kind, payload, err := frame.NewReader(&out).Next()
	if err != nil || kind != frame.Control || !strings.Contains(string(payload), `"code":"no-supervisor"`) {
		t.Errorf("%v %s %v", kind, payload, err)
	}
}
