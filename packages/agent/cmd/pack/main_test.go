package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nx-kube.dev/agent/internal/digest"
	"nx-kube.dev/agent/internal/patch"
)

func write(t *testing.T, name string, content []byte) (path, digested string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	digested, _, err := digest.File(path)
	if err != nil {
		t.Fatal(err)
	}
	return path, digested
}

func named(path string) func() (string, error) {
	return func() (string, error) { return path, nil }
}

func TestThePackStandsBetweenItsHeaderAndTheDigest(t *testing.T) {
	old, new := bytes.Repeat([]byte("something old\n"), 100), append(bytes.Repeat([]byte("something old\n"), 99), "new"...)
	oldPath, oldDigest := write(t, "old", old)
	newPath, newDigest := write(t, "new", new)
	for name, c := range map[string]struct {
		base, baseDigest string
		want             header
		old              []byte
	}{
		"without a base":             {"", "", header{len(new), ""}, nil},
		"with a base":                {oldPath, "", header{len(new), oldDigest}, old},
		"with a base and its digest": {oldPath, "sha256:known", header{len(new), "sha256:known"}, old},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := pack(&out, named(newPath), c.base, c.baseDigest); err != nil {
				t.Fatal(err)
			}
			reader := bufio.NewReader(&out)
			line, _ := reader.ReadBytes('\n')
			var got header
			if err := json.Unmarshal(line, &got); err != nil || got != c.want {
				t.Errorf("header %s (error %v), want %+v", line, err, c.want)
			}
			applier := patch.Applier{Old: bytes.NewReader(c.old), OldSize: int64(len(c.old))}
			var made bytes.Buffer
			err := applier.Apply(reader, int64(got.Size), func(part []byte) error { made.Write(part); return nil })
			if err != nil || !bytes.Equal(made.Bytes(), new) {
				t.Error(err)
			}
			if rest, _ := io.ReadAll(reader); string(rest) != newDigest {
				t.Errorf("%q", rest)
			}
		})
	}
}

func TestTheErrorOfAnUnreadableFileNamesTheFile(t *testing.T) {
	path, _ := write(t, "file", []byte("content"))
	for _, c := range [][2]string{{"/not/there", path}, {path, "/not/there"}, {path, t.TempDir()}} {
		var out bytes.Buffer
		err := pack(&out, named(c[0]), c[1], "")
		if err == nil || !strings.Contains(err.Error(), "/not/there") && !strings.Contains(err.Error(), "not a regular file") {
			t.Error(err)
		}
		if out.Len() > 0 {
			t.Errorf("pack wrote %q, want no output", out.String())
		}
	}
}

func TestTheNameOfTheFileIsReadFromStandardInput(t *testing.T) {
	if path, err := firstLine(strings.NewReader("/a path/bin\n")); path != "/a path/bin" || err != nil {
		t.Error(path, err)
	}
	if _, err := firstLine(strings.NewReader("cut of")); err != errNoName {
		t.Error(err)
	}
}
