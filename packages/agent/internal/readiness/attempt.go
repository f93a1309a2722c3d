package readiness

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"nx-kube.dev/agent/internal/message"
)

// attemptTime is the time-out of one attempt, from connecting to the answer.
const attemptTime = time.Second

// attempt runs the probe once. It returns nil if the probe succeeds.
func attempt(ctx context.Context, probe message.Probe) error {
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	if probe.TCPSocket != nil {
		conn, err := connect(ctx, probe.TCPSocket.Host, probe.TCPSocket.Port)
		if err == nil {
			_ = conn.Close()
		}
		return err
	}
	get := probe.HTTPGet
	conn, err := connect(ctx, get.Host, get.Port)
	if err != nil {
		return err
	}
	defer conn.Close()
	if strings.EqualFold(get.Scheme, "HTTPS") {
		// An open port counts as ready: a TLS client would double the agent's size.
		return nil
	}
	deadline, _ := ctx.Deadline()
	_ = conn.SetDeadline(deadline)
	if _, err := conn.Write([]byte(httpRequest(*get, conn.RemoteAddr().String()))); err != nil {
		return err
	}
	return checkStatus(bufio.NewReaderSize(conn, 256))
}

// connect connects to the host. Without a host it tries loopback, then the pod's own addresses, because a server may
// listen on only one of them.
func connect(ctx context.Context, host string, port int) (net.Conn, error) {
	hosts := []string{host}
	if host == "" {
		hosts = append([]string{"127.0.0.1", "::1"}, ownAddresses()...)
	}
	var failures []error
	for _, host := range hosts {
		var dialer net.Dialer
		conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		if err == nil {
			return conn, nil
		}
		failures = append(failures, err)
	}
	return nil, errors.Join(failures...)
}

func ownAddresses() (own []string) {
	addresses, _ := net.InterfaceAddrs()
	for _, address := range addresses {
		if network, ok := address.(*net.IPNet); ok && network.IP.IsGlobalUnicast() {
			own = append(own, network.IP.String())
		}
	}
	return own
}

func httpRequest(get message.HTTPGet, address string) string {
	path := get.Path
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	headers := map[string]string{"Host": address, "User-Agent": "kube-probe/nx-kube", "Accept": "*/*"}
	for _, header := range get.HTTPHeaders {
		headers[header.Name] = header.Value
	}
	var request strings.Builder
	fmt.Fprintf(&request, "GET %s HTTP/1.1\r\nConnection: close\r\n", path)
	for name, value := range headers {
		fmt.Fprintf(&request, "%s: %s\r\n", name, value)
	}
	request.WriteString("\r\n")
	return request.String()
}

// checkStatus accepts the same status codes as the kubelet (200 to 399).
func checkStatus(answer *bufio.Reader) error {
	line, err := answer.ReadString('\n')
	if err != nil {
		return err
	}
	words := strings.Fields(line)
	if len(words) < 2 || !strings.HasPrefix(words[0], "HTTP/") {
		return fmt.Errorf("the answer %q is not HTTP", line)
	}
	if code, err := strconv.Atoi(words[1]); err != nil || code < 200 || code >= 400 {
		return fmt.Errorf("status %s", words[1])
	}
	return nil
}
