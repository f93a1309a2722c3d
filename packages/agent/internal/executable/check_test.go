package executable

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"

	"nx-kube.dev/agent/internal/message"
)

// elf returns an executable that requires an interpreter, unless that is empty.
func elf(machine uint16, interpreter string) []byte {
	b := make([]byte, 64+56+len(interpreter)+1)
	copy(b, "\x7fELF\x02\x01\x01")
	order := binary.LittleEndian
	order.PutUint16(b[18:], machine)
	order.PutUint64(b[32:], 64)
	order.PutUint16(b[54:], 56)
	if interpreter != "" {
		order.PutUint16(b[56:], 1)
		order.PutUint32(b[64:], 3)
		order.PutUint64(b[64+8:], 64+56)
		order.PutUint64(b[64+32:], uint64(len(interpreter)+1))
		copy(b[64+56:], interpreter)
	}
	return b
}

func TestCheckAcceptsOnlyFilesThatCanBeStarted(t *testing.T) {
	own, other := machines[runtime.GOARCH], 62+183-machines[runtime.GOARCH]
	present := t.TempDir()
	big := elf(own, "")
	big[5] = 2
	for name, c := range map[string]struct {
		file []byte
		code message.Code
		says string
	}{
		"a static executable":        {elf(own, ""), "", ""},
		"a present interpreter":      {elf(own, present), "", ""},
		"a missing interpreter":      {elf(own, "/lib/ld-not-there.so.2"), message.NotExecutable, "/lib/ld-not-there.so.2"},
		"another supported platform": {elf(other, ""), message.WrongArchitecture, "linux/"},
		"an unsupported machine":     {elf(243, ""), message.WrongArchitecture, "243"},
		"a big-endian file":          {big, message.WrongArchitecture, ""},
		"a truncated ELF header":     {elf(own, present)[:63], message.NotExecutable, "truncated"},
		"a truncated program header": {elf(own, present)[:100], message.NotExecutable, "truncated"},
		"a script":                   {[]byte("#! " + present + " -e\n"), "", ""},
		"a script without a shell":   {[]byte("#!/not/there\n"), message.NotExecutable, "/not/there"},
		"a script without a name":    {[]byte("#!\n"), message.NotExecutable, ""},
		"a macOS binary":             {[]byte("\xcf\xfa\xed\xfe"), message.WrongArchitecture, "macOS"},
		"a Windows binary":           {[]byte("MZ"), message.WrongArchitecture, "Windows"},
		"plain text":                 {[]byte("text"), message.NotExecutable, ""},
		"an empty file":              {nil, message.NotExecutable, ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := Check(bytes.NewReader(c.file))
			var failure *message.Failure
			if c.code == "" {
				if err != nil {
					t.Error(err)
				}
			} else if !errors.As(err, &failure) || failure.Code != c.code || !strings.Contains(failure.Message, c.says) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestCheckAcceptsThisProgram(t *testing.T) {
	self, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Skip(err)
	}
	defer self.Close()
	if err := Check(self); err != nil {
		t.Error(err)
	}
}

func FuzzCheck(f *testing.F) {
	f.Add(elf(62, "/lib/ld.so"))
	f.Add(elf(183, ""))
	f.Fuzz(func(t *testing.T, file []byte) { _ = Check(bytes.NewReader(file)) })
}
