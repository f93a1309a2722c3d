// Probe is the program of the test pods: a static program whose first argument selects its behaviour.
package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) < 2 {
		fail("usage: probe <what> [<argument>...]")
	}
	switch what, args := os.Args[1], os.Args[2:]; what {
	case "wait": // prints its arguments as lines, then waits for a signal
		for _, line := range args {
			fmt.Println(line)
		}
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
		<-stop
	case "tick": // prints a numbered line each interval, for ever
		interval, err := time.ParseDuration(args[0])
		check(err)
		for i := 0; ; i++ {
			fmt.Printf("tick %d\n", i)
			time.Sleep(interval)
		}
	case "crash": // prints its arguments as lines and exits with 3
		for _, line := range args {
			fmt.Println(line)
		}
		os.Exit(3)
	case "exit": // prints to stderr, and exits with the code
		code, err := strconv.Atoi(args[0])
		check(err)
		fmt.Fprintf(os.Stderr, "leaving with %d\n", code)
		os.Exit(code)
	case "echo": // copies stdin to stdout
		_, err := io.Copy(os.Stdout, os.Stdin)
		check(err)
	case "sum": // waits for a time or, at `:<port>`, for a knock; then reads that many bytes and prints their SHA-256
		size, err := strconv.ParseInt(args[1], 10, 64)
		check(err)
		if strings.HasPrefix(args[0], ":") {
			listener, err := net.Listen("tcp", "127.0.0.1"+args[0])
			check(err)
			_, err = listener.Accept()
			check(err)
		} else {
			pause, err := time.ParseDuration(args[0])
			check(err)
			time.Sleep(pause)
		}
		hash := sha256.New()
		_, err = io.CopyN(hash, os.Stdin, size)
		check(err)
		fmt.Printf("%x\n", hash.Sum(nil))
	case "knock": // connects to a port of this pod, as soon as something listens there
		for {
			if connection, err := net.Dial("tcp", "127.0.0.1"+args[0]); err == nil {
				check(connection.Close())
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	case "flood": // writes that many bytes to stdout
		size, err := strconv.ParseInt(args[0], 10, 64)
		check(err)
		_, err = io.CopyN(os.Stdout, zeros{}, size)
		check(err)
	case "serve": // TCP echo on a port; says hello first
		listener, err := net.Listen("tcp", ":"+args[0])
		check(err)
		for {
			connection, err := listener.Accept()
			check(err)
			go func() {
				defer connection.Close()
				fmt.Fprintf(connection, "hello\n")
				_, _ = io.Copy(connection, connection)
			}()
		}
	case "greet": // TCP on a port; says bye and ends each connection
		listener, err := net.Listen("tcp", ":"+args[0])
		check(err)
		for {
			connection, err := listener.Accept()
			check(err)
			fmt.Fprintf(connection, "bye\n")
			check(connection.Close())
		}
	default:
		fail("unknown: " + what)
	}
}

type zeros struct{}

func (zeros) Read(buffer []byte) (int, error) {
	clear(buffer)
	return len(buffer), nil
}

func check(err error) {
	if err != nil {
		fail(err.Error())
	}
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, message)
	os.Exit(2)
}
