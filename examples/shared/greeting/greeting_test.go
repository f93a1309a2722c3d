package greeting

import "testing"

func TestCompose(t *testing.T) {
	for name, c := range map[string]struct{ salutation, subject, want string }{
		"addresses the subject":                 {"Hello", "world", "Hello, world!"},
		"trims the subject":                     {"Hello", " world ", "Hello, world!"},
		"stands alone when there is no subject": {"Hello", "  ", "Hello!"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Compose(c.salutation, c.subject); got != c.want {
				t.Errorf("want %q, got %q", c.want, got)
			}
		})
	}
}
