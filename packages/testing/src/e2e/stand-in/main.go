// Stand-in for a program whose image cannot be pulled here. It answers every request, so that probes succeed.
package main

import (
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM)
	answer := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	for _, address := range []string{":9090", ":9440"} {
		go func() { log.Fatal(http.ListenAndServe(address, answer)) }()
	}
	<-ended
}
