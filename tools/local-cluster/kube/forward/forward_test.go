package forward

import (
	"io"
	"net"
	"testing"
)

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}

func dial(t *testing.T, address string) *net.TCPConn {
	t.Helper()
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	return connection.(*net.TCPConn)
}

func TestAHalfClosedConnectionStillAnswers(t *testing.T) {
	server, front := listen(t), listen(t)
	go Serve(front, server.Addr().String())
	go func() {
		connection, err := server.Accept()
		if err != nil {
			return
		}
		defer connection.Close()
		request, _ := io.ReadAll(connection)
		connection.Write(append([]byte("answer to "), request...))
	}()
	client := dial(t, front.Addr().String())
	client.Write([]byte("question"))
	client.CloseWrite()
	answer, err := io.ReadAll(client)
	if err != nil || string(answer) != "answer to question" {
		t.Errorf("got answer %q and error %v, want \"answer to question\"", answer, err)
	}
}

func TestAConnectionIsClosedWhenTheTargetIsNotThere(t *testing.T) {
	server, front := listen(t), listen(t)
	address := server.Addr().String()
	server.Close()
	go Serve(front, address)
	client := dial(t, front.Addr().String())
	if answer, _ := io.ReadAll(client); len(answer) > 0 {
		t.Errorf("got answer %q, want none", answer)
	}
}

func TestServeEndsWithItsListener(t *testing.T) {
	front := listen(t)
	ended := make(chan struct{})
	go func() {
		Serve(front, "127.0.0.1:1")
		close(ended)
	}()
	front.Close()
	<-ended
}
