//go:build linux

package agent

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
)

// children are the programs that the tests supervise, by name.
var children = map[string]func(arguments []string){
	// waits prints its arguments, directory and name, then waits until it is stopped.
	"waits": func(arguments []string) {
		directory, _ := os.Getwd()
		fmt.Println("waiting", strings.Join(arguments, " "), "in", directory, "as", os.Args[0])
		select {}
	},
	// signals prints every signal that it receives, and exits with code 7 on SIGTERM.
	"signals": func([]string) {
		received := make(chan os.Signal, 16)
		signal.Notify(received, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGWINCH, syscall.SIGCONT)
		fmt.Println("listening")
		for s := range received {
			fmt.Println("received", s)
			if s == syscall.SIGTERM {
				os.Exit(7)
			}
		}
	},
	// stubborn ignores SIGTERM.
	"stubborn": func([]string) {
		signal.Ignore(syscall.SIGTERM)
		fmt.Println("ignoring")
		select {}
	},
	// crash prints a line to both outputs and exits at once with the given code.
	"crash": func(arguments []string) {
		code, _ := strconv.Atoi(arguments[0])
		fmt.Println("to stdout")
		fmt.Fprintln(os.Stderr, "to stderr")
		os.Exit(code)
	},
	"panics": func([]string) {
		fmt.Println("before")
		for range 100 {
			go func() { select {} }()
		}
		var nothing map[string]string
		nothing["a"] = "b"
	},
	// killed kills itself with SIGKILL.
	"killed": func([]string) {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	},
	// chatty writes the given number of bytes to each output, then exits with code 1.
	"chatty": func(arguments []string) {
		size, _ := strconv.Atoi(arguments[0])
		_, _ = os.Stdout.Write(bytes.Repeat([]byte{0, 'o', '\n', 0xff}, size/4))
		_, _ = os.Stderr.Write(bytes.Repeat([]byte{0, 'e', '\n', 0xff}, size/4))
		os.Exit(1)
	},
	// orphans leaves a background process behind, prints its process id, then waits.
	"orphans": func([]string) {
		left, _ := exec.Command("/bin/sh", "-c", "sleep 1000 >/dev/null 2>&1 & echo $!").Output()
		fmt.Println("orphan", strings.TrimSpace(string(left)))
		select {}
	},
	// runaway leaves a process behind in a process group of its own, which keeps both outputs open, and exits with code
	// 5.
	"runaway": func([]string) {
		left := exec.Command(child("stubborn")[0], "child", "stubborn")
		left.Stdout, left.Stderr, left.SysProcAttr = os.Stdout, os.Stderr, &syscall.SysProcAttr{Setsid: true}
		_ = left.Start()
		fmt.Println("left", left.Process.Pid)
		os.Exit(5)
	},
	// family starts a process that ignores SIGTERM and keeps the output open, prints its process id, then waits.
	"family": func(arguments []string) {
		member := exec.Command(child("stubborn")[0], "child", "stubborn")
		member.Stdout = os.Stdout
		_ = member.Start()
		fmt.Println("member", member.Process.Pid)
		select {}
	},
	// serves answers HTTP on the given port: first the given number of 503s, then 200s.
	"serves": func(arguments []string) {
		listener, err := net.Listen("tcp", "127.0.0.1:"+arguments[0])
		if err != nil {
			panic(err)
		}
		refusals, _ := strconv.Atoi(arguments[1])
		for {
			conn, err := listener.Accept()
			if err != nil {
				panic(err)
			}
			request := make([]byte, 4096)
			n, _ := conn.Read(request)
			status := "200 OK"
			if refusals > 0 {
				refusals--
				status = "503 Not Yet"
			}
			fmt.Printf("%q %s\n", strings.SplitN(string(request[:n]), "\r\n", 2)[0], status)
			fmt.Fprintf(conn, "HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n", status)
			_ = conn.Close()
		}
	},
}
