//go:build linux || darwin

package volume

import (
	"os"
	"path/filepath"
	"testing"
)

func TestCleanRemovesIncompleteFilesOnly(t *testing.T) {
	v := Volume(t.TempDir())
	for range 3 {
		file, err := v.Temporary()
		if err != nil {
			t.Fatal(err)
		}
		_ = file.Close()
	}
	kept := filepath.Join(string(v), "live")
	if err := os.WriteFile(kept, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := v.Clean(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(string(v), "*")); len(left) != 1 || left[0] != kept {
		t.Error(left)
	}
	if left, _ := filepath.Glob(filepath.Join(string(v), ".*")); len(left) != 0 {
		t.Error(left)
	}
}
