//go:build linux

package agent

import (
	"net"
	"strconv"
	"testing"
)

func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

func TestReadyIsReportedOnceTheProbeSucceeds(t *testing.T) {
	port := freePort(t)
	p := startPod(t, newVolume(t), child("serves", strconv.Itoa(port), "2")...)
	c := p.connect()
	c.send(request{"type": "hello", "protocol": 1, "probe": request{"httpGet": request{"port": port, "path": "/readyz"}}})
	hello := c.await("hello")
	ready := c.event("ready")
	if ready.PID != hello.Running.PID || ready.Ms <= 0 {
		t.Errorf("%+v", ready)
	}
	p.stdout.await(t, `"GET /readyz HTTP/1.1" 503 Not Yet`)
	p.stdout.await(t, `"GET /readyz HTTP/1.1" 200 OK`)
	if _, hello := p.hello(); hello.Running.ReadyMs == nil || *hello.Running.ReadyMs != ready.Ms {
		t.Errorf("%+v", hello)
	}

	// The probe stays in force until another one replaces it.
	c.send(request{"type": "restart", "id": 1})
	restarted := c.await("restarted")
	if ready := c.event("ready"); ready.PID != restarted.PID {
		t.Errorf("%+v", ready)
	}
	c.send(request{"type": "restart", "id": 2, "probe": request{"tcpSocket": request{"port": port, "host": "localhost"}}})
	restarted = c.await("restarted")
	if ready := c.event("ready"); ready.PID != restarted.PID {
		t.Errorf("%+v", ready)
	}
}
