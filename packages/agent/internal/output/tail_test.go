package output

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestTheLastLines(t *testing.T) {
	many := ""
	for i := range 10_000 {
		many += fmt.Sprintln("line", i)
	}
	for name, c := range map[string]struct {
		written []string
		want    []string
	}{
		"no output":                 {nil, []string{}},
		"an unfinished line":        {[]string{"one\ntw", "o"}, []string{"one", "two"}},
		"more lines than requested": {[]string{"1\n2\n3\n4\n"}, []string{"2", "3", "4"}},
		"more than the tail holds":  {[]string{many}, []string{"line 9997", "line 9998", "line 9999"}},
		"output in parts":           {strings.SplitAfter(many, "7"), []string{"line 9997", "line 9998", "line 9999"}},
		"a panic":                   {[]string{"panic: old\n\nmain.main()\n1\n", "panic: new\n\na()\nb()\nc()\n"}, []string{"panic: new", "", "a()"}},
		"a fatal runtime error":     {[]string{"x\nfatal error: all goroutines are asleep\n"}, []string{"fatal error: all goroutines are asleep"}},
		"invalid UTF-8":             {[]string{"\xff\xfe\n"}, []string{"\uFFFD"}},
	} {
		t.Run(name, func(t *testing.T) {
			tail := &Tail{}
			for _, part := range c.written {
				if n, err := tail.Write([]byte(part)); n != len(part) || err != nil {
					t.Fatal(n, err)
				}
			}
			if got := tail.Lines(3); !slices.Equal(got, c.want) {
				t.Errorf("%q", got)
			}
		})
	}
}

func TestTheLastLinesFitAFrame(t *testing.T) {
	for _, b := range []byte{0, '<', 0xff, '\n'} {
		tail := &Tail{}
		for range 100 {
			_, _ = tail.Write(slices.Repeat([]byte{b}, 1000))
		}
		if written, _ := json.Marshal(tail.Lines(40)); len(written) > 60<<10 {
			t.Errorf("%d bytes of %q", len(written), b)
		}
	}
}
