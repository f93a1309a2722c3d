package digest

import (
	"os"
	"path/filepath"
	"testing"
)

const ofAbc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

func TestADigestNamesContent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("abc"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got, size, err := File(path); got != ofAbc || size != 3 || err != nil {
		t.Error(got, size, err)
	}
}

func TestADigestIsComputedOncePerVersionOfAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	write := func(content string) {
		t.Helper()
		// A new file replaces the old one, as a delivery does.
		if err := os.WriteFile(path+".new", []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			t.Fatal(err)
		}
	}
	var cache Cache
	check := func(want string) {
		t.Helper()
		if got, _, err := cache.File(path); got != want || err != nil {
			t.Error(got, err)
		}
	}
	write("abc")
	check(ofAbc)
	// The cache trusts a recorded digest.
	cache.Know(path, "sha256:known")
	check("sha256:known")
	write("abc")
	check(ofAbc)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, _, err := cache.File(path); !os.IsNotExist(err) {
		t.Error(err)
	}
}
