package oci

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"io"
	"log"
)

func TestAnImageResolvesToTheDigestOfItsManifest(t *testing.T) {
	image := startRegistry(t) + "/podinfo:1.0.0"
	reference, err := name.ParseReference(image)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(reference, empty.Image); err != nil {
		t.Fatal(err)
	}
	want, err := empty.Image.Digest()
	if err != nil {
		t.Fatal(err)
	}

	got, err := NewResolver().Digest(t.Context(), image)
	if err != nil {
		t.Fatal(err)
	}
	if got != want.String() {
		t.Errorf("want %s, got %s", want, got)
	}
}

func TestAnImageThatDoesNotResolveIsNamedInTheError(t *testing.T) {
	for name, image := range map[string]string{
		"it is not in the registry": startRegistry(t) + "/missing:1.0.0",
		"it is not a reference":     "Not A Reference",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewResolver().Digest(t.Context(), image)
			if err == nil || !strings.Contains(err.Error(), image) {
				t.Errorf("want an error that names %q, got %v", image, err)
			}
		})
	}
}

func startRegistry(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}
