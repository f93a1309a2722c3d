package image

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func write(t *testing.T) []byte {
	t.Helper()
	program := filepath.Join(t.TempDir(), "pause")
	if err := os.WriteFile(program, []byte("program"), 0o755); err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	if err := Write(&archive, program, "example.test/pause:1"); err != nil {
		t.Fatal(err)
	}
	return archive.Bytes()
}

func files(t *testing.T, archive []byte) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	for reader := tar.NewReader(bytes.NewReader(archive)); ; {
		header, err := reader.Next()
		if err == io.EOF {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		if found[header.Name], err = io.ReadAll(reader); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheArchiveLeadsFromItsNameToTheProgram(t *testing.T) {
	archive := files(t, write(t))
	var index struct{ Manifests []descriptor }
	if err := json.Unmarshal(archive["index.json"], &index); err != nil {
		t.Fatal(err)
	}
	if name := index.Manifests[0].Annotations["io.containerd.image.name"]; name != "example.test/pause:1" {
		t.Errorf("got image name %q", name)
	}
	blob := func(descriptor descriptor) []byte {
		content := archive["blobs/sha256/"+descriptor.Digest[len("sha256:"):]]
		if len(content) != descriptor.Size || digest(content) != descriptor.Digest {
			t.Errorf("descriptor %s: got %d bytes with digest %s", descriptor.Digest, len(content), digest(content))
		}
		return content
	}
	var manifest struct {
		Config descriptor
		Layers []descriptor
	}
	if err := json.Unmarshal(blob(index.Manifests[0]), &manifest); err != nil {
		t.Fatal(err)
	}
	var config struct {
		Config struct {
			Entrypoint []string
			User       string
		}
	}
	if err := json.Unmarshal(blob(manifest.Config), &config); err != nil {
		t.Fatal(err)
	}
	program := files(t, blob(manifest.Layers[0]))[config.Config.Entrypoint[0][1:]]
	if string(program) != "program" || config.Config.User != "65535:65535" {
		t.Errorf("got config %+v and program %q", config, program)
	}
}

func TestTheSameProgramGivesTheSameBytes(t *testing.T) {
	if !bytes.Equal(write(t), write(t)) {
		t.Error("two archives of the same program differ")
	}
}

func TestAProgramThatIsNotThereIsAnError(t *testing.T) {
	if err := Write(io.Discard, "/does/not/exist", "example.test/pause:1"); err == nil {
		t.Error("Write returned nil, want an error")
	}
}
