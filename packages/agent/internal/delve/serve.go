//go:build linux

package delve

import (
	"io"
	"net"
)

// Serve forwards connections on a port of the pod's loopback, where port-forwards arrive, to Delve. It closes a
// connection at once while Delve does not run. It returns when it cannot listen any more.
//
// Serve does not listen on the pod's own address, because a client of Delve can do everything that the process can.
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
	// A client that only checks whether the port is open does not count as attached.
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
