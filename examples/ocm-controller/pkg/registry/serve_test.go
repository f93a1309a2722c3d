package registry

import (
	"context"
	"net"
	"net/http"
	"testing"

	"github.com/go-logr/logr"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

func TestTheRegistryAnswersTheVersionCheckUntilItIsStopped(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	address, served := start(ctx, t)

	response, err := http.Get("http://" + address + "/v2/")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		t.Errorf("want 200, got %s", response.Status)
	}

	stop()
	if err := <-served; err != nil {
		t.Errorf("want a clean stop, got %v", err)
	}
}

func TestAnImageThatWasPushedCanBePulled(t *testing.T) {
	address, _ := start(t.Context(), t)
	reference, err := name.ParseReference(address + "/podinfo:1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	pushed, err := random.Image(1024, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(reference, pushed); err != nil {
		t.Fatal(err)
	}

	pulled, err := remote.Image(reference)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := pushed.Digest()
	if got, _ := pulled.Digest(); got != want {
		t.Errorf("want %s, got %s", want, got)
	}
}

func start(ctx context.Context, t *testing.T) (address string, served <-chan error) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	result := make(chan error, 1)
	storage := t.TempDir()
	go func() { result <- Serve(ctx, listener, storage, logr.Discard()) }()
	return listener.Addr().String(), result
}
