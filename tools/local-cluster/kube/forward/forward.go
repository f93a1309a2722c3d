// Package forward forwards TCP connections.
package forward

import (
	"io"
	"net"
)

// Serve forwards every connection of the listener to the target, until the listener is closed.
func Serve(listener net.Listener, target string) {
	for {
		incoming, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer incoming.Close()
			outgoing, err := net.Dial("tcp", target)
			if err != nil {
				return // The server is not up yet: the client sees a closed connection and retries.
			}
			defer outgoing.Close()
			done := make(chan struct{}, 2)
			go pass(outgoing, incoming, done)
			go pass(incoming, outgoing, done)
			<-done
			<-done
		}()
	}
}

// pass copies one direction and closes only that direction at its end, so a half-closed connection stays usable.
func pass(to, from net.Conn, done chan<- struct{}) {
	if _, err := io.Copy(to, from); err != nil {
		to.Close()
		from.Close()
	} else if half, ok := to.(*net.TCPConn); ok {
		half.CloseWrite()
	}
	done <- struct{}{}
}
