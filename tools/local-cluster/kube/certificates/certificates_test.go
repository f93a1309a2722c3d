package certificates

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func wanted(directory string) requests {
	return requests{
		Directory:   directory,
		Authorities: []string{"ca"},
		KeyPairs:    []string{"accounts"},
		Certificates: []request{
			{Name: "server", Authority: "ca", CommonName: "server", Hosts: []string{"localhost", "127.0.0.1"}, Server: true},
			{Name: "admin", Authority: "ca", CommonName: "admin", Organizations: []string{"system:masters"}, Client: true},
		},
	}
}

// ensure returns the names of the created certificates and keys.
func ensure(t *testing.T, wanted requests) []string {
	t.Helper()
	input, err := json.Marshal(wanted)
	if err != nil {
		t.Fatal(err)
	}
	var output bytes.Buffer
	if err := Ensure(bytes.NewReader(input), &output); err != nil {
		t.Fatal(err)
	}
	return strings.Fields(output.String())
}

func expect(t *testing.T, made []string, names ...string) {
	t.Helper()
	if strings.Join(made, " ") != strings.Join(names, " ") {
		t.Errorf("created %q, want %q", made, names)
	}
}

func TestEverythingIsMadeOnceAndThenKept(t *testing.T) {
	directory := t.TempDir()
	expect(t, ensure(t, wanted(directory)), "ca", "accounts", "server", "admin")
	expect(t, ensure(t, wanted(directory)))
}

func TestServerAndClientTrustEachOtherThroughTheAuthority(t *testing.T) {
	directory := t.TempDir()
	ensure(t, wanted(directory))
	authority, err := os.ReadFile(filepath.Join(directory, "ca.crt"))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authority)
	for name, usage := range map[string]x509.ExtKeyUsage{"server": x509.ExtKeyUsageServerAuth, "admin": x509.ExtKeyUsageClientAuth} {
		pair, err := tls.LoadX509KeyPair(filepath.Join(directory, name+".crt"), filepath.Join(directory, name+".key"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pair.Leaf.Verify(x509.VerifyOptions{Roots: pool, KeyUsages: []x509.ExtKeyUsage{usage}}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		other := x509.ExtKeyUsageServerAuth + x509.ExtKeyUsageClientAuth - usage
		if _, err := pair.Leaf.Verify(x509.VerifyOptions{Roots: pool, KeyUsages: []x509.ExtKeyUsage{other}}); err == nil {
			t.Errorf("%s is valid for the other's usage as well", name)
		}
	}
}

func TestKeysAreReadableByTheirOwnerOnly(t *testing.T) {
	directory := t.TempDir()
	ensure(t, wanted(directory))
	for _, name := range []string{"ca", "accounts", "server", "admin"} {
		info, err := os.Stat(filepath.Join(directory, name+".key"))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s.key has mode %o", name, info.Mode().Perm())
		}
	}
}

func TestACertificateWithOtherContentIsMadeAnew(t *testing.T) {
	directory := t.TempDir()
	ensure(t, wanted(directory))
	for name, change := range map[string]func(*request){
		"host":    func(request *request) { request.Hosts = append(request.Hosts, "10.0.0.1") },
		"subject": func(request *request) { request.CommonName = "other" },
		"usage":   func(request *request) { request.Client = true },
	} {
		changed := wanted(directory)
		change(&changed.Certificates[0])
		t.Run(name, func(t *testing.T) { expect(t, ensure(t, changed), "server") })
		ensure(t, wanted(directory))
	}
}

func TestANewAuthoritySignsAllAnew(t *testing.T) {
	directory := t.TempDir()
	ensure(t, wanted(directory))
	if err := os.Remove(filepath.Join(directory, "ca.key")); err != nil {
		t.Fatal(err)
	}
	expect(t, ensure(t, wanted(directory)), "ca", "server", "admin")
}

func TestACertificateThatNearsItsEndIsMadeAnew(t *testing.T) {
	directory := t.TempDir()
	early := store{directory, time.Now().Add(renewBefore - certificateLifetime - time.Minute), &bytes.Buffer{}}
	authority, err := early.ensureAuthority("ca")
	if err != nil {
		t.Fatal(err)
	}
	for _, request := range wanted(directory).Certificates {
		if err := early.ensureCertificate(request, authority); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, ensure(t, wanted(directory)), "accounts", "server", "admin")
}

func TestAFileThatIsCutOffIsMadeAnew(t *testing.T) {
	directory := t.TempDir()
	ensure(t, wanted(directory))
	for _, file := range []string{"server.crt", "server.key"} {
		if err := os.Truncate(filepath.Join(directory, file), 40); err != nil {
			t.Fatal(err)
		}
		expect(t, ensure(t, wanted(directory)), "server")
	}
}

func TestBadInputIsRefused(t *testing.T) {
	for input, expected := range map[string]string{
		`{"Unknown": 1}`: `unknown field "Unknown"`,
		`{`:              "read certificate requests",
		`{"Directory": "` + t.TempDir() + `", "Certificates": [{"Name": "a", "Authority": "none"}]}`: `certificate a: unknown authority "none"`,
	} {
		err := Ensure(strings.NewReader(input), &bytes.Buffer{})
		if err == nil || !strings.Contains(err.Error(), expected) {
			t.Errorf("%s: got error %v, want %q", input, err, expected)
		}
	}
}
