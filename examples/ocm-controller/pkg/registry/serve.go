// Package registry is a small OCI registry for components. It runs as a Deployment of its own.
package registry

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/go-logr/logr"
	"github.com/google/go-containerregistry/pkg/registry"
)

// shutdownGrace is the time that running requests get after the context is done.
const shutdownGrace = 5 * time.Second

// Serve serves the OCI distribution API on the listener until the context is done. Blobs are kept below the directory
// storage; manifests are kept in memory.
func Serve(ctx context.Context, listener net.Listener, storage string, logger logr.Logger) error {
	server := &http.Server{
		Handler: registry.New(
			registry.WithBlobHandler(registry.NewDiskBlobHandler(storage)),
			registry.Logger(log.New(logWriter{logger}, "", 0)),
		),
		ReadHeaderTimeout: 10 * time.Second,
	}

	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownGrace)
		defer cancel()
		stopped <- server.Shutdown(grace)
	}()

	logger.Info("Serving the registry", "address", listener.Addr().String(), "storage", storage)
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving the registry: %w", err)
	}
	return <-stopped
}

// logWriter forwards the registry's own log lines to the structured log, which shows them only in verbose runs.
type logWriter struct{ logr.Logger }

func (w logWriter) Write(line []byte) (int, error) {
	w.V(1).Info(string(line))
	return len(line), nil
}
