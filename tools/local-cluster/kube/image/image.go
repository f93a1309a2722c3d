// Package image writes images without a container engine.
package image

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path"
	"runtime"
)

const layerType = "application/vnd.oci.image.layer.v1.tar"

type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int               `json:"size"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// Write writes an OCI image archive that holds one static program, which the image runs as a user without privileges.
// The archive names the image in the way that container runtimes expect, so an import is enough to use it.
func Write(output io.Writer, program, reference string) error {
	content, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	name := path.Base(program)
	var layer bytes.Buffer
	if err := writeTar(&layer, []tarFile{{name, content, 0o755}}); err != nil {
		return err
	}
	config, err := json.Marshal(map[string]any{
		"architecture": runtime.GOARCH,
		"os":           "linux",
		"config":       map[string]any{"Entrypoint": []string{"/" + name}, "User": "65535:65535"},
		"rootfs":       map[string]any{"type": "layers", "diff_ids": []string{digest(layer.Bytes())}},
	})
	if err != nil {
		return err
	}
	manifest, err := json.Marshal(map[string]any{
		"schemaVersion": 2,
		"mediaType":     "application/vnd.oci.image.manifest.v1+json",
		"config":        describe("application/vnd.oci.image.config.v1+json", config),
		"layers":        []descriptor{describe(layerType, layer.Bytes())},
	})
	if err != nil {
		return err
	}
	entry := describe("application/vnd.oci.image.manifest.v1+json", manifest)
	entry.Annotations = map[string]string{"io.containerd.image.name": reference}
	index, err := json.Marshal(map[string]any{"schemaVersion": 2, "manifests": []descriptor{entry}})
	if err != nil {
		return err
	}
	return writeTar(output, []tarFile{
		{"oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`), 0o644},
		{"index.json", index, 0o644},
		{blobPath(manifest), manifest, 0o644},
		{blobPath(config), config, 0o644},
		{blobPath(layer.Bytes()), layer.Bytes(), 0o644},
	})
}

type tarFile struct {
	name    string
	content []byte
	mode    int64
}

// writeTar omits times and owners, so the same files give the same bytes.
func writeTar(output io.Writer, files []tarFile) error {
	archive := tar.NewWriter(output)
	for _, file := range files {
		header := &tar.Header{Typeflag: tar.TypeReg, Name: file.name, Mode: file.mode, Size: int64(len(file.content))}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err := archive.Write(file.content); err != nil {
			return err
		}
	}
	return archive.Close()
}

func describe(mediaType string, content []byte) descriptor {
	return descriptor{MediaType: mediaType, Digest: digest(content), Size: len(content)}
}

func digest(content []byte) string   { return fmt.Sprintf("sha256:%x", sha256.Sum256(content)) }
func blobPath(content []byte) string { return fmt.Sprintf("blobs/sha256/%x", sha256.Sum256(content)) }
