// Package certificates creates and renews the certificates of the cluster.
package certificates

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"
)

const (
	authorityLifetime   = 10 * 365 * 24 * time.Hour
	certificateLifetime = 365 * 24 * time.Hour
	// renewBefore is the remaining lifetime below which a certificate is renewed.
	renewBefore = 30 * 24 * time.Hour
)

// requests is the JSON input of Ensure.
type requests struct {
	// Directory holds the files `<name>.crt` and `<name>.key`.
	Directory string
	// Authorities are the names of self-signed certificate authorities.
	Authorities []string
	// KeyPairs are the names of keys without a certificate. The public half is `<name>.pub`.
	KeyPairs []string
	// Certificates are signed by one of the authorities.
	Certificates []request
}

type request struct {
	Name, Authority, CommonName string
	Organizations, Hosts        []string
	Server, Client              bool
}

// Ensure creates the requested certificates and keys. It keeps existing ones that match the request and live long
// enough. It prints the name of each one that it creates.
func Ensure(input io.Reader, output io.Writer) error {
	var wanted requests
	decoder := json.NewDecoder(input)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&wanted); err != nil {
		return fmt.Errorf("read certificate requests: %w", err)
	}
	files := store{wanted.Directory, time.Now(), output}
	if err := os.MkdirAll(files.directory, 0o700); err != nil {
		return err
	}
	authorities := map[string]issuer{}
	for _, name := range wanted.Authorities {
		authority, err := files.ensureAuthority(name)
		if err != nil {
			return fmt.Errorf("certificate authority %s: %w", name, err)
		}
		authorities[name] = authority
	}
	for _, name := range wanted.KeyPairs {
		if err := files.ensureKeyPair(name); err != nil {
			return fmt.Errorf("key pair %s: %w", name, err)
		}
	}
	for _, request := range wanted.Certificates {
		authority, known := authorities[request.Authority]
		if !known {
			return fmt.Errorf("certificate %s: unknown authority %q", request.Name, request.Authority)
		}
		if err := files.ensureCertificate(request, authority); err != nil {
			return fmt.Errorf("certificate %s: %w", request.Name, err)
		}
	}
	return nil
}

type issuer struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

type store struct {
	directory string
	now       time.Time
	made      io.Writer
}

func (files store) ensureAuthority(name string) (issuer, error) {
	certificate, key, err := files.load(name)
	if err != nil {
		return issuer{}, err
	}
	if certificate != nil && certificate.IsCA && files.lives(certificate) {
		return issuer{certificate, key}, nil
	}
	template := files.template(pkix.Name{CommonName: "nx-kube local cluster " + name}, authorityLifetime)
	template.IsCA = true
	template.BasicConstraintsValid = true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	return files.create(name, template, issuer{})
}

func (files store) ensureCertificate(request request, authority issuer) error {
	template := files.template(pkix.Name{CommonName: request.CommonName, Organization: request.Organizations}, certificateLifetime)
	template.KeyUsage = x509.KeyUsageDigitalSignature
	if request.Server {
		template.ExtKeyUsage = append(template.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
	}
	if request.Client {
		template.ExtKeyUsage = append(template.ExtKeyUsage, x509.ExtKeyUsageClientAuth)
	}
	for _, host := range request.Hosts {
		if address := net.ParseIP(host); address != nil {
			template.IPAddresses = append(template.IPAddresses, address)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	certificate, _, err := files.load(request.Name)
	if err != nil {
		return err
	}
	if certificate != nil && files.lives(certificate) && sameContent(certificate, template) &&
		certificate.CheckSignatureFrom(authority.certificate) == nil {
		return nil
	}
	_, err = files.create(request.Name, template, authority)
	return err
}

func (files store) ensureKeyPair(name string) error {
	if _, err := os.Stat(files.path(name + ".pub")); err == nil {
		if _, err := os.Stat(files.path(name + ".key")); err == nil {
			return nil
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	if err := files.writeKey(name, key); err != nil {
		return err
	}
	fmt.Fprintln(files.made, name)
	return files.write(name+".pub", "PUBLIC KEY", public, 0o644)
}

func (files store) template(subject pkix.Name, lifetime time.Duration) *x509.Certificate {
	return &x509.Certificate{
		Subject: subject,
		// Allow for clocks of virtual machines, which step backwards after a suspension.
		NotBefore: files.now.Add(-time.Hour),
		NotAfter:  files.now.Add(lifetime),
	}
}

func (files store) lives(certificate *x509.Certificate) bool {
	return files.now.After(certificate.NotBefore) && files.now.Add(renewBefore).Before(certificate.NotAfter)
}

func sameContent(have, want *x509.Certificate) bool {
	return have.Subject.String() == want.Subject.String() &&
		slices.Equal(have.DNSNames, want.DNSNames) &&
		slices.Equal(have.ExtKeyUsage, want.ExtKeyUsage) &&
		slices.EqualFunc(have.IPAddresses, want.IPAddresses, net.IP.Equal)
}

// create signs a new certificate for a new key. A nil signer makes the certificate self-signed.
func (files store) create(name string, template *x509.Certificate, signer issuer) (issuer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return issuer{}, err
	}
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127)); err != nil {
		return issuer{}, err
	}
	if signer.key == nil {
		signer = issuer{template, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, signer.certificate, key.Public(), signer.key)
	if err != nil {
		return issuer{}, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return issuer{}, err
	}
	if err := files.writeKey(name, key); err != nil {
		return issuer{}, err
	}
	fmt.Fprintln(files.made, name)
	return issuer{certificate, key}, files.write(name+".crt", "CERTIFICATE", der, 0o644)
}

// load returns nil without an error if the certificate must be created: it is absent, unreadable, or does not match its
// key.
func (files store) load(name string) (*x509.Certificate, crypto.Signer, error) {
	certificateFile, err := os.ReadFile(files.path(name + ".crt"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	} else if err != nil {
		return nil, nil, err
	}
	keyFile, err := os.ReadFile(files.path(name + ".key"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	} else if err != nil {
		return nil, nil, err
	}
	certificateBlock, _ := pem.Decode(certificateFile)
	keyBlock, _ := pem.Decode(keyFile)
	if certificateBlock == nil || keyBlock == nil {
		return nil, nil, nil
	}
	certificate, err := x509.ParseCertificate(certificateBlock.Bytes)
	if err != nil {
		return nil, nil, nil
	}
	parsed, err := x509.ParsePKCS8PrivateKey(keyBlock.Bytes)
	if err != nil {
		return nil, nil, nil
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok || !key.PublicKey.Equal(certificate.PublicKey) {
		return nil, nil, nil
	}
	return certificate, key, nil
}

func (files store) writeKey(name string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return files.write(name+".key", "PRIVATE KEY", der, 0o600)
}

// write replaces the file atomically, because a component may read it at any time.
func (files store) write(file, kind string, der []byte, mode fs.FileMode) error {
	var content bytes.Buffer
	if err := pem.Encode(&content, &pem.Block{Type: kind, Bytes: der}); err != nil {
		return err
	}
	temporary := files.path("." + file)
	if err := os.WriteFile(temporary, content.Bytes(), mode); err != nil {
		return err
	}
	return os.Rename(temporary, files.path(file))
}

func (files store) path(file string) string { return filepath.Join(files.directory, file) }
