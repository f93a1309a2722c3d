// Package oci resolves references to images in registries.
package oci

import (
	"context"
	"fmt"
	"io"

	"github.com/awslabs/amazon-ecr-credential-helper/ecr-login"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/google"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// Resolver looks up digests in registries.
type Resolver struct {
	keychain authn.Keychain
}

// NewResolver returns a Resolver that logs in with the credentials of the pod's environment: a Docker configuration or
// a cloud's workload identity.
func NewResolver() *Resolver {
	amazon := authn.NewKeychainFromHelper(ecr.NewECRHelper(ecr.WithLogger(io.Discard)))
	return &Resolver{keychain: authn.NewMultiKeychain(authn.DefaultKeychain, google.Keychain, amazon)}
}

// Digest returns the digest of an image's manifest, sha256:<hex>, without pulling the image.
func (r *Resolver) Digest(ctx context.Context, image string) (string, error) {
	reference, err := name.ParseReference(image)
	if err != nil {
		return "", fmt.Errorf("image %q: %w", image, err)
	}
	descriptor, err := remote.Head(reference, remote.WithContext(ctx), remote.WithAuthFromKeychain(r.keychain))
	if err != nil {
		return "", fmt.Errorf("image %q: %w", image, err)
	}
	return descriptor.Digest.String(), nil
}
