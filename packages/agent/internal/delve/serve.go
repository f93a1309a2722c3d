//go:build linux

package delve

import (
	"io"
	"net"
)

// Serve carries connections to a port of the pod's loopback, where port-forwards arrive, to Delve, until it cannot listen any more. A
// connection that comes while there is no Delve is closed at once.
//
// Not on the pod's own address: whoever reaches Delve can do all that the process can.
func (d *Debugger) Serve(port int) error {
	listener, err := net.Listen("tcp", socketAddress(port))
	if err != nil {
		return err
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go d.carry(conn)
	}
}

func (d *Debugger) carry(conn net.Conn) {
	defer conn.Close()
	to, err := net.Dial("unix", d.Volume.DelveSocket())
	if err != nil {
		return
	}
	go func() {
		_, _ = io.Copy(conn, to)
		_ = conn.Close()
	}()
	defer to.Close()
	// Who only looks whether there is something that listens is not attached.
	first := make([]byte, 4096)
	n, err := conn.Read(first)
	if err != nil {
		return
	}
	d.attached.Add(1)
	defer d.detached()
	if _, err := to.Write(first[:n]); err == nil {
		_, _ = io.Copy(to, conn)
	}
}
